import type { Expansion } from '../canvas/apply/expansion.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import {
  type ContinuationContext,
  type Continuations,
  continuationsOf,
  noContinuations,
  sendFrom,
} from '../canvas/continuations/continuations.ts';
import { replacementOf } from '../canvas/continuations/replacement.ts';
import type { Call, WireSignature } from '../canvas/signatures/signature.ts';
import type { Message } from '../message/message.ts';
import { type RetryChanges, retryBody } from '../message/retryBody.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import type { BeforePublish } from '../task/current.ts';
import type { DispatcherDeps } from './deps.ts';
import { continuationContext, queueNameOf } from './taskOptions.ts';
import type { TaskRun } from './taskRun.ts';

/**
 * What follows a task. Planning is pure; every id that is published derives from the task's own id, so that publishing a
 * plan again makes duplicates that are refused at their claims.
 */
export interface ContinuationPlanner {
  /** What follows a task that has ended. Throws CanvasError if the message carries something that is no signature. */
  after(message: Message, outcome: FinalOutcome): Continuations;
  /** What replaces a task. Throws CanvasError if `signature` is no signature. */
  replacement(message: Message, signature: unknown): Expansion;
  /** What one of Celery's own tasks sends, such as `celery.chunks`. */
  child(message: Message, signature: WireSignature, call: Call): Expansion;
  context(message: Message): ContinuationContext;
}

export function createContinuationPlanner({ registry, system }: DispatcherDeps): ContinuationPlanner {
  const context = (message: Message) => continuationContext(message, registry, system.now());
  return {
    context,
    after: (message, outcome) =>
      hasContinuations(message) ? continuationsOf(message, outcome, context(message)) : noContinuations,
    replacement: (message, signature) => replacementOf(message, signature, context(message)),
    child: (message, signature, call) => sendFrom(message, signature, call, context(message)),
  };
}

/** Whether anything follows the message's task, however it ends. */
export function hasContinuations({ embed }: Message): boolean {
  const { callbacks, errbacks, chain, chord } = embed;
  return callbacks.length > 0 || errbacks.length > 0 || chain.length > 0 || chord !== null;
}

/** The longest that the preparation of messages may take, and the end of an invocation that it leaves to their publication. */
const prepareLimitMs = 5000;
const prepareMarginMs = 1000;

/**
 * Writes the chords of an expansion, then publishes its messages. `run` is that of the task that they follow.
 *
 * Messages for the queue that the run's own message names go to the queue from which that came: only its sender knows how the
 * name becomes a queue of SQS (`queue_name_prefix`, `predefined_queues`).
 */
export function publish(
  { store, transport, system, beforePublish }: DispatcherDeps,
  { message: parent, window, delivery }: Pick<TaskRun, 'message' | 'window' | 'delivery'>,
  expansion: Expansion,
  options?: { readonly delaySeconds?: number },
): Promise<void> {
  const { startChord } = store;
  const limitMs = Math.min(prepareLimitMs, Math.max(0, window.endMs - prepareMarginMs - system.now()));
  const prepare: BeforePublish | undefined = beforePublish && ((messages) => beforePublish(messages, parent, limitMs));
  const origin = { queue: queueNameOf(parent), queueArn: delivery.receipt.queueArn };
  const deps = { startChord, publish: transport.publish, beforePublish: prepare, origin, system };
  return publishExpansion(expansion, deps, options);
}

/** Publishes the message of a retry, which may differ in its arguments, with a higher count of retries and an eta. */
export async function publishRetry(
  { transport, system }: DispatcherDeps,
  { delivery, message }: TaskRun,
  changes: RetryChanges,
  minDelaySeconds = 0,
): Promise<void> {
  const delaySeconds = Math.max(minDelaySeconds, Math.ceil((changes.etaMs - system.now()) / 1000));
  await transport.resend(delivery.receipt, retryBody(delivery.body, message, changes, system), { delaySeconds });
}
