import { isoToMs } from '../kombu/isoTime.ts';
import type { Message } from '../message/message.ts';
import { type Failure, failureOf } from '../outcome/failure.ts';
import { maxWaitDays, maxWaitSeconds } from '../store/limits.ts';

/** How long a message has to wait for its eta, in ms; 0 if it may run now. */
export function waitForEtaMs({ eta }: Pick<Message, 'eta'>, nowMs: number): number {
  const waitMs = eta === null ? 0 : isoToMs(eta) - nowMs;
  return waitMs > 0 ? waitMs : 0; // Of an eta that is no time, which the decoder refuses, isoToMs returns NaN.
}

/** Whether the message would have to wait longer than a task may wait. Its task fails instead. */
export function isEtaTooFar(message: Pick<Message, 'eta'>, nowMs: number): boolean {
  return waitForEtaMs(message, nowMs) > maxWaitSeconds * 1000;
}

/** The failure of a task whose eta is too far. */
export function etaTooFar({ eta }: Pick<Message, 'eta'>): Failure {
  const advice = 'keep it in a database, and send it when its time comes';
  const text = `The eta ${eta} is more than ${maxWaitDays} days ahead, the limit (docs/limits.md): ${advice}.`;
  return failureOf('ValueError', [text], 'builtins');
}

/** Whether the message's `expires` has passed: Celery revokes its task as "expired". */
export function isExpired({ expires }: Pick<Message, 'expires'>, nowMs: number): boolean {
  return expires !== null && isoToMs(expires) <= nowMs;
}
