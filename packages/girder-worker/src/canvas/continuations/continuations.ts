import { parsePythonJson } from '../../kombu/json/pythonJson.ts';
import type { Message } from '../../message/message.ts';
import { type Failure, taskRevoked } from '../../outcome/failure.ts';
import type { FinalOutcome } from '../../outcome/outcome.ts';
import { derivedIds } from '../apply/derivedIds.ts';
import { expand } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import type { Sender } from '../apply/outgoingMessage.ts';
import { type Call, groupOf, kindOf, type WireSignature } from '../signatures/signature.ts';
import { type EndedMember, failAllUnreachable, type UnreachableResults } from './failUnreachable.ts';

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

/** An errback of the new style: it is called where the task failed, and not sent (docs/wire-format.md §1.8). */
export interface Errback {
  readonly signature: WireSignature;
  /** The task that failed, or the body of a chord that could not run. */
  readonly failed: { readonly id: string; readonly task: string; readonly rootId: string };
  readonly failure: Failure;
}

/** What must be done after a task has ended. */
export interface Continuations extends UnreachableResults {
  /** To be published. */
  readonly expansions: readonly Expansion[];
  /** To be called. */
  readonly errbacks: readonly Errback[];
}

export const noContinuations: Continuations = { expansions: [], failedSteps: [], endedMembers: [], errbacks: [] };

/**
 * Returns what must be done after a task has ended. A pure function: its ids derive from the id of the message, so a
 * continuation that is published twice runs once.
 *
 * Throws CanvasError NOT_A_SIGNATURE if the message contains a value that is no signature.
 */
export function continuationsOf(message: Message, outcome: FinalOutcome, context: ContinuationContext): Continuations {
  const endedMembers = chordMembership(message);
  const { chain, errbacks } = message.embed;
  if (outcome.state === 'SUCCESS') {
    return {
      ...noContinuations,
      expansions: afterSuccess(message, parsePythonJson(outcome.resultJson), context),
      endedMembers,
    };
  }
  if (outcome.state === 'FAILURE') {
    const unreachable = failAllUnreachable(chain, outcome.failure);
    const notified = callErrbacks(errbacks, message, outcome.failure, context);
    return {
      ...notified,
      failedSteps: unreachable.failedSteps,
      endedMembers: [...endedMembers, ...unreachable.endedMembers],
    };
  }
  const unreachable = onlyChordMembers(failAllUnreachable(chain, taskRevoked(outcome.reason)));
  return {
    ...noContinuations,
    failedSteps: unreachable.failedSteps,
    endedMembers: [...endedMembers, ...unreachable.endedMembers],
  };
}

/** Separates errbacks by style: those of the old style are sent, with the id of the failed task as their argument. */
export function callErrbacks(
  errbacks: readonly WireSignature[],
  failed: Errback['failed'],
  failure: Failure,
  context: ContinuationContext,
): Continuations {
  const isNewStyle = ({ task, immutable, args, kwargs }: WireSignature) =>
    context.takesFailure(task, immutable ? 0 : args.length + Object.keys(kwargs).length);
  const sent = errbacks.filter((errback) => !isNewStyle(errback));
  const called = errbacks.filter(isNewStyle);
  return {
    ...noContinuations,
    expansions: sent.length === 0 ? [] : [sendAfter(groupOf(sent), failed.id, failed, 'errbacks', context)],
    errbacks: called.map((signature) => ({ signature, failed, failure })),
  };
}

/** In the order of Celery: each callback that is a group; the other callbacks as one group; the next step of the chain. */
function afterSuccess({ embed, ...message }: Message, value: unknown, context: ContinuationContext): Expansion[] {
  const { callbacks, chain } = embed;
  const groups = callbacks.filter((callback) => kindOf(callback) === 'group');
  const others = callbacks.filter((callback) => kindOf(callback) !== 'group');
  const linked = callbacks.length <= 1 ? callbacks : others.length === 0 ? groups : [...groups, groupOf(others)];
  const expansions = linked.map((callback, i) => sendAfter(callback, value, message, `link ${i}`, context));
  const next = chain.at(-1);
  if (!next) return expansions;
  return [...expansions, sendAfter(next, value, message, 'chain', context, { chain: chain.slice(0, -1) })];
}

function sendAfter(
  signature: WireSignature,
  value: unknown,
  parent: { readonly id: string; readonly rootId: string },
  reason: string,
  context: ContinuationContext,
  options: WireSignature['options'] = {},
): Expansion {
  const { id: parentId, rootId } = parent;
  const call = { args: [value], options: { ...options, root_id: rootId, parent_id: parentId } };
  return expand(signature, call, { ...senderOf(context), rootId, parentId, newId: derivedIds(parentId, reason) });
}

/** Expands a signature that a task sends as its child. The ids derive from the id of the task. */
export function sendFrom(
  message: Message,
  signature: WireSignature,
  call: Call,
  context: ContinuationContext,
): Expansion {
  const { id: parentId, rootId } = message;
  return expand(signature, call, { ...senderOf(context), rootId, parentId, newId: derivedIds(parentId, 'child') });
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
