import { parsePythonJson } from '../../kombu/json/pythonJson.ts';
import type { Message } from '../../message/message.ts';
import type { Failure } from '../../outcome/failure.ts';
import type { FinalOutcome } from '../../outcome/outcome.ts';
import { derivedIds } from '../apply/derivedIds.ts';
import { expand } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import type { Sender } from '../apply/outgoing.ts';
import { type Call, groupOf, kindOf, type Signature } from '../signatures/signature.ts';
import { type ChordPart, type FailedStep, failAllUnreachable, type UnreachableResults } from './failUnreachable.ts';

/** What the place that asks knows of tasks and time. */
export interface ContinuationContext extends Pick<Sender, 'nowMs' | 'optionsOf'> {
  /** Where answers to what is published would go; left out where nobody reads any. */
  readonly replyTo?: string | undefined;
  /**
   * Whether a task is an errback of the new style, which takes `(request, exc, traceback)`: it is here, and can take more
   * than one argument besides the `bound` ones that its signature brings.
   */
  readonly takesFailure: (task: string, bound: number) => boolean;
}

/** An errback of the new style: it is not sent, but called where the task failed (wire specification §1.8). */
export interface Errback {
  readonly signature: Signature;
  /** The task of which it is told: the failed one, or the body that never ran. */
  readonly failed: { readonly id: string; readonly task: string; readonly rootId: string };
  readonly failure: Failure;
}

/** What follows a task that has ended. */
export interface Continuations extends UnreachableResults {
  readonly expansions: readonly Expansion[];
  readonly errbacks: readonly Errback[];
}

export const noContinuations: Continuations = { expansions: [], failedSteps: [], chordParts: [], errbacks: [] };

/**
 * What follows a task that has ended: a pure function, whose ids follow from that of the message, so that what is
 * published twice runs once.
 *
 * Throws CanvasError where the message carries something that is no signature.
 */
export function continuationsOf(message: Message, outcome: FinalOutcome, context: ContinuationContext): Continuations {
  const chordParts = ownPart(message);
  const { chain, errbacks } = message.embed;
  if (outcome.state === 'SUCCESS') {
    return {
      ...noContinuations,
      expansions: afterSuccess(message, parsePythonJson(outcome.resultJson), context),
      chordParts,
    };
  }
  if (outcome.state === 'FAILURE') {
    const rest = failAllUnreachable(chain, outcome.failure);
    const called = callErrbacks(errbacks, message, outcome.failure, context);
    return { ...called, failedSteps: rest.failedSteps, chordParts: [...chordParts, ...rest.chordParts] };
  }
  const rest = inChords(failAllUnreachable(chain, revoked(outcome.reason)));
  return { ...noContinuations, failedSteps: rest.failedSteps, chordParts: [...chordParts, ...rest.chordParts] };
}

/** Sorts errbacks by their style: the old one is sent, with the id of the failed task. */
export function callErrbacks(
  errbacks: readonly Signature[],
  failed: Errback['failed'],
  failure: Failure,
  context: ContinuationContext,
): Continuations {
  const isCalled = ({ task, immutable, args, kwargs }: Signature) =>
    context.takesFailure(task, immutable ? 0 : args.length + Object.keys(kwargs).length);
  const sent = errbacks.filter((errback) => !isCalled(errback));
  const called = errbacks.filter(isCalled);
  return {
    ...noContinuations,
    expansions: sent.length === 0 ? [] : [sendAfter(groupOf(sent), failed.id, failed, 'errbacks', context)],
    errbacks: called.map((signature) => ({ signature, failed, failure })),
  };
}

/** As Celery sends them: groups one by one, all others together as a group; then the next step of the chain. */
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
  signature: Signature,
  value: unknown,
  before: { readonly id: string; readonly rootId: string },
  reason: string,
  context: ContinuationContext,
  options: Signature['options'] = {},
): Expansion {
  const { id: parentId, rootId } = before;
  const call = { args: [value], options: { ...options, root_id: rootId, parent_id: parentId } };
  return expand(signature, call, { ...senderOf(context), rootId, parentId, newId: derivedIds(parentId, reason) });
}

/** What a task sends as its child, with ids that follow from its own. */
export function sendFrom(message: Message, signature: Signature, call: Call, context: ContinuationContext): Expansion {
  const { id: parentId, rootId } = message;
  return expand(signature, call, { ...senderOf(context), rootId, parentId, newId: derivedIds(parentId, 'child') });
}

export function senderOf({
  nowMs,
  optionsOf,
  replyTo,
}: ContinuationContext): Pick<Sender, 'nowMs' | 'optionsOf' | 'replyTo'> {
  return { nowMs, optionsOf, replyTo };
}

function ownPart({ id, group, groupIndex, embed: { chord } }: Message): readonly ChordPart[] {
  return chord && group ? [{ groupId: group, index: groupIndex, memberId: id, chord }] : [];
}

/**
 * Celery leaves the later steps of a revoked chain as they are, pending for ever. But a step that a chord waits for
 * would keep the chord, too.
 */
function inChords({ failedSteps, chordParts }: UnreachableResults): {
  failedSteps: readonly FailedStep[];
  chordParts: readonly ChordPart[];
} {
  return {
    failedSteps: failedSteps.filter(({ id }) => chordParts.some(({ memberId }) => memberId === id)),
    chordParts,
  };
}

function revoked(reason: string): Failure {
  return { type: 'TaskRevokedError', module: 'celery.exceptions', argsJson: JSON.stringify([reason]), traceback: null };
}
