import { isoToMs } from '../kombu/isoTime.ts';
import type { Message } from '../message/message.ts';
import { type Failure, failureOf } from '../outcome/failure.ts';
import { maxWaitDays, maxWaitSeconds } from '../store/limits.ts';
import { isFifo } from '../transport/queueName.ts';

/** How long a message has to wait for its eta, in ms; 0 if it may run now. */
export function waitForEtaMs({ eta }: Pick<Message, 'eta'>, nowMs: number): number {
  const waitMs = eta === null ? 0 : isoToMs(eta) - nowMs;
  return waitMs > 0 ? waitMs : 0; // Of an eta that is no time, which the decoder refuses, isoToMs returns NaN.
}

/**
 * How long a message of a FIFO queue is hidden at most, in seconds. SQS allows 12 hours from its receipt, which is before the messages of
 * its group that were delivered with it are processed.
 */
export const maxFifoHiddenSeconds = 10 * 3600;

/** How long a message of a FIFO queue may wait, in days: it is hidden eight times, and SQS should deliver it ten times. */
export const maxFifoWaitDays = 3;

/** Whether the message would have to wait longer than a task may wait in its queue. Its task fails instead. */
export function isEtaTooFar(message: Pick<Message, 'eta'>, queueArn: string, nowMs: number): boolean {
  const maxSeconds = isFifo(queueArn) ? maxFifoWaitDays * 24 * 3600 : maxWaitSeconds;
  return waitForEtaMs(message, nowMs) > maxSeconds * 1000;
}

/** The failure of a task whose eta is too far. */
export function etaTooFar({ eta }: Pick<Message, 'eta'>, queueArn: string): Failure {
  const advice = 'keep it in a database, and send it when its time comes';
  const limit = isFifo(queueArn)
    ? `${maxFifoWaitDays} days ahead, the limit of a FIFO queue`
    : `${maxWaitDays} days ahead, the limit`;
  const text = `The eta ${eta} is more than ${limit} (docs/limits.md): ${advice}.`;
  return failureOf('ValueError', [text], 'builtins');
}

/** Whether the message's `expires` has passed: Celery revokes its task as "expired". */
export function isExpired({ expires }: Pick<Message, 'expires'>, nowMs: number): boolean {
  return expires !== null && isoToMs(expires) <= nowMs;
}
