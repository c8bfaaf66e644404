import type { Message } from '../../message/message.ts';
import { derivedIds } from '../apply/derivedIds.ts';
import { expand } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import { withCallbacks, withErrbacks } from '../signatures/links.ts';
import { pipe } from '../signatures/pipe.ts';
import { kindOf, type Signature, taskOf, tasksOf, toSignature, withKwargs } from '../signatures/signature.ts';
import { type ContinuationContext, senderOf } from './continuations.ts';

/**
 * What is sent in place of a task that has given up its place (Celery's `Task.replace`): it has the task's id, its place
 * in group, chord and chain, and what was linked to it. A group gives the list of its results.
 *
 * Throws CanvasError for what is no signature, or a chain without steps.
 */
export function replacementOf(
  message: Message,
  signature: unknown,
  context: Omit<ContinuationContext, 'takesFailure'>,
): Expansion {
  const nesting = message.replacedTaskNesting + 1;
  const nested = (one: Signature) => withOptions(one, { replaced_task_nesting: nesting });
  const whole = mapSteps(collected(toSignature(signature)), nested);
  const heir = withErrbacks(withCallbacks(whole, message.embed.callbacks), message.embed.errbacks);
  const options = {
    task_id: message.id,
    group_id: message.group,
    group_index: message.groupIndex,
    chord: message.embed.chord,
    chain: message.embed.chain.map(nested),
    root_id: message.rootId,
    parent_id: message.id,
    replaced_task_nesting: nesting,
  };
  const newId = derivedIds(message.id, `replaced ${nesting}`);
  const sender = {
    ...senderOf({ ...context, takesFailure: () => false }),
    rootId: message.rootId,
    parentId: message.id,
    newId,
  };
  return expand(heir, { options }, sender);
}

/** What ends in a group gets a task that ends with the list. */
function collected(signature: Signature): Signature {
  const last = kindOf(signature) === 'chain' ? tasksOf(signature).at(-1) : signature;
  return last && kindOf(last) === 'group' ? pipe(signature, taskOf('celery.accumulate', [], { index: 0 })) : signature;
}

function mapSteps(signature: Signature, change: (step: Signature) => Signature): Signature {
  return kindOf(signature) === 'chain' ? withKwargs(signature, { tasks: tasksOf(signature).map(change) }) : signature;
}

function withOptions(signature: Signature, options: Signature['options']): Signature {
  return { ...signature, options: { ...signature.options, ...options } };
}
