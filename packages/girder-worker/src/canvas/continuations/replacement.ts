import type { Message } from '../../message/message.ts';
import { runSteps, type Steps } from '../../system/steps.ts';
import { derivedIds } from '../apply/derivedIds.ts';
import { expandInSteps } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import { withOptions } from '../signatures/changes.ts';
import { CanvasError } from '../signatures/errors.ts';
import { ExpansionSize } from '../signatures/expansionSize.ts';
import { withCallbacks, withErrbacks } from '../signatures/links.ts';
import { pipe } from '../signatures/pipe.ts';
import { kindOf, taskOf, tasksOf, toSignature, type WireSignature, withKwargs } from '../signatures/signature.ts';
import { type ContinuationContext, senderOf } from './continuations.ts';

/**
 * Expands the signature that replaces a task (Celery's `Task.replace`). It takes over the id of the task, its place in
 * group, chord and chain, and its callbacks and errbacks. If it ends in a group, the result is the list of the members'
 * results.
 *
 * Throws CanvasError NOT_A_SIGNATURE for a value that is no signature, and, with Celery's texts, NOTHING_TO_RUN for a chain
 * without steps and OPTION_MALFORMED for a member of a chord; TOO_LARGE for what exceeds a limit.
 */
export function replacementOf(
  message: Message,
  signature: unknown,
  context: Omit<ContinuationContext, 'takesFailure'>,
): Expansion {
  return runSteps(replacementInSteps(message, signature, context));
}

/** As `replacementOf`, in steps. */
export function* replacementInSteps(
  message: Message,
  signature: unknown,
  context: Omit<ContinuationContext, 'takesFailure'>,
): Steps<Expansion> {
  const replacing = toSignature(signature);
  if (replacing.options.chord != null)
    throw new CanvasError('OPTION_MALFORMED', 'A signature replacing a task must not be part of a chord');
  if (kindOf(replacing) === 'chain' && tasksOf(replacing).length === 0)
    throw new CanvasError('NOTHING_TO_RUN', 'Cannot replace with an empty chain');

  yield* new ExpansionSize().add(replacing, message.embed.callbacks.length + message.embed.errbacks.length);

  const nesting = message.replacedTaskNesting + 1;
  const withNesting = (step: WireSignature) => withOptions(step, { replaced_task_nesting: nesting });
  const steps = mapSteps(withListResult(replacing), withNesting);
  const replacement = withErrbacks(withCallbacks(steps, message.embed.callbacks), message.embed.errbacks);
  const options = {
    task_id: message.id,
    group_id: message.group,
    group_index: message.groupIndex,
    chord: message.embed.chord,
    chain: message.embed.chain.map(withNesting),
    root_id: message.rootId,
    parent_id: message.id,
    replaced_task_nesting: nesting,
  };
  const newId = derivedIds(message.id, `replaced ${nesting}`);
  const sender = {
    ...senderOf(context),
    rootId: message.rootId,
    parentId: message.id,
    newId,
  };
  return yield* expandInSteps(replacement, { options }, sender);
}

/** A signature that ends in a group gets a last step that returns the list of the members' results. */
function withListResult(signature: WireSignature): WireSignature {
  const last = kindOf(signature) === 'chain' ? tasksOf(signature).at(-1) : signature;
  return last && kindOf(last) === 'group' ? pipe(signature, taskOf('celery.accumulate', [], { index: 0 })) : signature;
}

function mapSteps(signature: WireSignature, change: (step: WireSignature) => WireSignature): WireSignature {
  return kindOf(signature) === 'chain' ? withKwargs(signature, { tasks: tasksOf(signature).map(change) }) : signature;
}
