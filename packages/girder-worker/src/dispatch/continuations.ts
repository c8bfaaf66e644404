import type { Expansion } from '../canvas/apply/expansion.ts';
import { type EncodedMessage, publishExpansion, type Refused } from '../canvas/apply/publish.ts';
import type { EndedMember } from '../canvas/continuations/failUnreachable.ts';
import type { Continuations } from '../canvas/continuations/plan.ts';
import { CanvasError } from '../canvas/signatures/errors.ts';
import { beyondLimit, maxMessageBytes } from '../canvas/signatures/limits.ts';
import type { Call, WireSignature } from '../canvas/signatures/signature.ts';
import { EncodeError } from '../kombu/errors.ts';
import type { Message } from '../message/message.ts';
import { queueNameOf } from '../message/queueNameOf.ts';
import { type RetryChanges, retryBody } from '../message/retryBody.ts';
import { type Failure, failureOf, toFailure } from '../outcome/failure.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import type { BeforePublish } from '../task/current.ts';
import { withCount } from './deliveryCount.ts';
import type { DispatcherDeps } from './deps.ts';
import type { TaskRun } from './taskRun.ts';

/**
 * What follows a task. Planning is pure; every id that is published derives from the task's own id, so that publishing a
 * plan again makes duplicates that are refused at their claims. It runs in turns of the event loop, and counts the size of what
 * will be published before any of it is (docs/limits.md).
 */
export interface ContinuationPlanner {
  /**
   * What follows a task that has ended with this outcome. If that cannot be sent, the task has failed instead, as in Celery:
   * resolves to that failure, and to what follows it.
   */
  after(message: Message, outcome: FinalOutcome): Promise<Plan>;
  /** What replaces a task. Rejects with an error that `isUnsendable` if it cannot be sent. */
  replacement(message: Message, signature: unknown): Promise<Expansion>;
  /** What one of Celery's own tasks sends, such as `celery.chunks`. Rejects with an error that `isUnsendable` if it cannot be sent. */
  child(message: Message, signature: WireSignature, call: Call): Promise<Expansion>;
  /** Counts a member of a chord that has ended, and resolves to what follows the last one. See `createChordCounter`. */
  countMember(message: Message, member: EndedMember): Promise<Continuations>;
}

export interface Plan {
  readonly outcome: FinalOutcome;
  readonly continuations: Continuations;
}

/** Whether an error tells that something cannot be sent, now and at any other attempt. */
export function isUnsendable(error: unknown): error is CanvasError | EncodeError {
  return error instanceof CanvasError || error instanceof EncodeError;
}

/** The failure of a task whose continuations or replacement cannot be sent. Rethrows other errors. */
export function unsendableOutcome({ task }: Message, error: unknown): FinalOutcome & { readonly state: 'FAILURE' } {
  if (!isUnsendable(error)) throw error;
  return { state: 'FAILURE', failure: toFailure(error, task.slice(0, task.lastIndexOf('.'))) };
}

/** The text of why the message of a task was not sent. Kombu raises OperationalError if a broker refuses a message. */
export function refusalText({ message: { queue }, error }: Refused<EncodedMessage>): string {
  return `The queue "${queue}" refuses the message of this task: ${error.message}`;
}

/** The failure of a task whose message the broker refuses. */
export function refusalFailure(refused: Refused<EncodedMessage>): Failure {
  return failureOf('OperationalError', [refusalText(refused)], 'kombu.exceptions');
}

/** The longest that the preparation of messages may take, and the end of an invocation that it leaves to their publication. */
const prepareLimitMs = 5000;
const prepareMarginMs = 1000;

/**
 * Writes the chords of an expansion, then publishes its messages. `run` is that of the task that they follow.
 *
 * Messages for the queue that the run's own message names go to the queue from which that came: only its sender knows how the
 * name becomes a queue of SQS (`queue_name_prefix`, `predefined_queues`).
 *
 * Resolves to the messages that the broker refuses: their tasks will never run.
 */
export function publish(
  { store, transport, system, beforePublish }: DispatcherDeps,
  { message: parent, window, delivery }: Pick<TaskRun, 'message' | 'window' | 'delivery'>,
  expansion: Expansion,
  options?: { readonly minDelaySeconds?: number },
): Promise<readonly Refused<EncodedMessage>[]> {
  const { startChord } = store;
  const limitMs = Math.min(prepareLimitMs, Math.max(0, window.endMs - prepareMarginMs - system.now()));
  const prepare: BeforePublish | undefined = beforePublish && ((messages) => beforePublish(messages, parent, limitMs));
  const origin = { queue: queueNameOf(parent), queueArn: delivery.receipt.queueArn };
  const deps = { startChord, publishAll: transport.publishAll, beforePublish: prepare, origin, system };
  return publishExpansion(expansion, deps, options);
}

/**
 * Encodes the message of a retry, which may differ in its arguments, with a higher count of retries and an eta. Throws an error that
 * `isUnsendable` for a message that SQS does not take.
 */
export function encodeRetry(
  { system, retryHeaders }: Pick<DispatcherDeps, 'system' | 'retryHeaders'>,
  run: TaskRun,
  changes: RetryChanges,
): string {
  const { delivery, message, title } = run;
  const body = retryBody(delivery.body, message, { ...changes, headers: retryHeaders?.(message) }, system);
  if (body.length <= maxMessageBytes) return body;
  throw beyondLimit(
    `The message of the retry of ${title} has ${body.length} bytes`,
    `${maxMessageBytes} bytes`,
    'pass the key of a large value instead of the value',
  );
}

/** Publishes the message that `encodeRetry` has returned. */
export async function publishRetry(
  { transport, system }: DispatcherDeps,
  { delivery }: TaskRun,
  body: string,
  etaMs: number,
  minDelaySeconds = 0,
): Promise<void> {
  const delaySeconds = Math.max(minDelaySeconds, Math.ceil((etaMs - system.now()) / 1000));
  await transport.resend(withCount(delivery.receipt, 'returns', 0), body, { delaySeconds });
}
