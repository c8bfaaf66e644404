import { parsePythonJson } from '../../kombu/json/pythonJson.ts';
import type { Message } from '../../message/message.ts';
import { type Failure, taskRevoked } from '../../outcome/failure.ts';
import type { FinalOutcome } from '../../outcome/outcome.ts';
import { mapInSteps, runSteps, type Steps } from '../../system/steps.ts';
import { derivedIds } from '../apply/derivedIds.ts';
import { expandInSteps } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import type { Sender } from '../apply/outgoingMessage.ts';
import { ExpansionSize } from '../signatures/expansionSize.ts';
import { type Call, groupOf, kindOf, type WireSignature } from '../signatures/signature.ts';
import { type EndedMember, failAllUnreachable, type UnreachableResults } from './failUnreachable.ts';
import { type Continuations, type Errback, noContinuations } from './plan.ts';

/** What the caller knows about tasks and time. */
export interface ContinuationContext extends Pick<Sender, 'nowMs' | 'optionsOf'> {
  /** The address for replies to the published messages; left out if none is read. */
  readonly replyTo?: string | undefined;
  /**
   * Whether a task is an errback of the new style, which takes `(request, exc, traceback)`: it is registered here, and has
   * parameters for more than one argument besides the `bound` arguments of its signature.
   */
  readonly takesFailure: (task: string, bound: number) => boolean;
}

/**
 * Returns what must be done after a task has ended. A pure function: its ids derive from the id of the message, so a
 * continuation that is published twice runs once.
 *
 * Throws CanvasError NOT_A_SIGNATURE if the message contains a value that is no signature, and TOO_LARGE if what follows
 * exceeds a limit.
 */
export function continuationsOf(message: Message, outcome: FinalOutcome, context: ContinuationContext): Continuations {
  return runSteps(continuationsInSteps(message, outcome, context));
}

/** As `continuationsOf`, in steps. */
export function* continuationsInSteps(
  message: Message,
  outcome: FinalOutcome,
  context: ContinuationContext,
): Steps<Continuations> {
  const endedMembers = chordMembership(message);
  const { chain, errbacks } = message.embed;
  if (outcome.state === 'SUCCESS') {
    const expansions = yield* afterSuccess(message, parsePythonJson(outcome.resultJson), context);
    return { ...noContinuations, expansions, endedMembers };
  }
  const size = new ExpansionSize();
  if (outcome.state === 'FAILURE') {
    const unreachable = yield* failInSteps(chain, outcome.failure, size);
    const notified = yield* callErrbacks(errbacks, message, outcome.failure, context, size);
    return {
      ...notified,
      failedSteps: unreachable.failedSteps,
      endedMembers: [...endedMembers, ...unreachable.endedMembers],
    };
  }
  const unreachable = onlyChordMembers(yield* failInSteps(chain, taskRevoked(outcome.reason), size));
  return {
    ...noContinuations,
    failedSteps: unreachable.failedSteps,
    endedMembers: [...endedMembers, ...unreachable.endedMembers],
  };
}

/** As `failAllUnreachable`, with `size` counting the signatures, and what must be stored and counted for them. */
export function* failInSteps(
  signatures: readonly WireSignature[],
  failure: Failure,
  size: ExpansionSize,
): Steps<UnreachableResults> {
  yield* size.addUnsent(signatures);
  const unreachable = failAllUnreachable(signatures, failure);
  size.addMessages(unreachable.failedSteps.length + unreachable.endedMembers.length);
  return unreachable;
}

/** What remains of a task whose continuations cannot be sent: its chord must not wait for it. */
export function onlyChordMembership(message: Message): Continuations {
  return { ...noContinuations, endedMembers: chordMembership(message) };
}

/**
 * Separates errbacks by style: those of the old style are sent, with the id of the failed task as their argument. `size` counts
 * what follows the same task.
 */
export function* callErrbacks(
  errbacks: readonly WireSignature[],
  failed: Errback['failed'],
  failure: Failure,
  context: ContinuationContext,
  size: ExpansionSize,
): Steps<Continuations> {
  const isNewStyle = ({ task, immutable, args, kwargs }: WireSignature) =>
    context.takesFailure(task, immutable ? 0 : args.length + Object.keys(kwargs).length);
  const sent = errbacks.filter((errback) => !isNewStyle(errback));
  const called = errbacks.filter(isNewStyle);
  size.addMessages(called.length);
  const group = groupOf(sent);
  if (sent.length > 0) yield* size.add(group);
  return {
    ...noContinuations,
    expansions: sent.length === 0 ? [] : [yield* sendAfter(group, failed.id, failed, 'errbacks', context)],
    errbacks: called.map((signature) => ({ signature, failed, failure })),
  };
}

/** In the order of Celery: each callback that is a group; the other callbacks as one group; the next step of the chain. */
function* afterSuccess(
  { embed, ...message }: Message,
  value: unknown,
  context: ContinuationContext,
): Steps<readonly Expansion[]> {
  const { callbacks, chain } = embed;
  const groups = callbacks.filter((callback) => kindOf(callback) === 'group');
  const others = callbacks.filter((callback) => kindOf(callback) !== 'group');
  const linked = callbacks.length <= 1 ? callbacks : others.length === 0 ? groups : [...groups, groupOf(others)];
  const next = chain.at(-1);
  const size = new ExpansionSize();
  for (const signature of next ? [...linked, next] : linked) yield* size.add(signature);
  const expansions = yield* mapInSteps(linked, (callback, i) =>
    sendAfter(callback, value, message, `link ${i}`, context),
  );
  if (!next) return expansions;
  return [...expansions, yield* sendAfter(next, value, message, 'chain', context, { chain: chain.slice(0, -1) })];
}

function sendAfter(
  signature: WireSignature,
  value: unknown,
  parent: { readonly id: string; readonly rootId: string },
  reason: string,
  context: ContinuationContext,
  options: WireSignature['options'] = {},
): Steps<Expansion> {
  const { id: parentId, rootId } = parent;
  const call = { args: [value], options: { ...options, root_id: rootId, parent_id: parentId } };
  return expandInSteps(signature, call, {
    ...senderOf(context),
    rootId,
    parentId,
    newId: derivedIds(parentId, reason),
  });
}

/**
 * Expands a signature that a task sends as its child, in steps. The ids derive from the id of the task. Throws CanvasError, as
 * `continuationsOf`.
 */
export function* sendFrom(
  message: Message,
  signature: WireSignature,
  call: Call,
  context: ContinuationContext,
): Steps<Expansion> {
  const { id: parentId, rootId } = message;
  yield* new ExpansionSize().add(signature);
  return yield* expandInSteps(signature, call, {
    ...senderOf(context),
    rootId,
    parentId,
    newId: derivedIds(parentId, 'child'),
  });
}

type SenderContext = Pick<ContinuationContext, 'nowMs' | 'optionsOf' | 'replyTo'>;

export function senderOf({
  nowMs,
  optionsOf,
  replyTo,
}: SenderContext): Pick<Sender, 'nowMs' | 'optionsOf' | 'replyTo'> {
  return { nowMs, optionsOf, replyTo };
}

function chordMembership({ id, group, groupIndex, embed: { chord } }: Message): readonly EndedMember[] {
  return chord && group ? [{ groupId: group, index: groupIndex, memberId: id, chord }] : [];
}

/**
 * As in Celery, the later steps of a revoked chain stay PENDING. Unlike in Celery, a step that is a member of a chord fails:
 * otherwise the chord would wait for it without end.
 */
function onlyChordMembers({ failedSteps, endedMembers }: UnreachableResults): UnreachableResults {
  const members = new Set(endedMembers.map(({ memberId }) => memberId));
  return {
    failedSteps: failedSteps.filter(({ id }) => members.has(id)),
    endedMembers,
  };
}
