import { isoToMs } from '../kombu/isoTime.ts';
import type { Message } from '../message/message.ts';

/** How long a message has to wait for its eta, in ms; 0 if it may run now. */
export function waitForEtaMs({ eta }: Pick<Message, 'eta'>, nowMs: number): number {
  const waitMs = eta === null ? 0 : isoToMs(eta) - nowMs;
  return waitMs > 0 ? waitMs : 0; // Of an eta that is no time, which the decoder refuses, isoToMs returns NaN.
}

/** Whether the message's `expires` has passed: Celery revokes its task as "expired". */
export function isExpired({ expires }: Pick<Message, 'expires'>, nowMs: number): boolean {
  return expires !== null && isoToMs(expires) <= nowMs;
}
