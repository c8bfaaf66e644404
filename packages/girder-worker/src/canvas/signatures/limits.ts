import { CanvasError } from './errors.ts';

// The limits of what may follow one task, so that no message makes a worker compute or send without end. Celery has none.
// docs/limits.md shows them.

/**
 * Messages that are published and errbacks that are called after one task. Celery's users send groups of 10,000 to 20,000
 * members; 25,000 messages are published in about a minute.
 */
export const maxFollowingMessages = 25_000;

/**
 * Signatures that are read after one task: each counts once for each level that it is nested in, and once for each link that it
 * gets from the signature around it. A group of 20,000 chains of five steps counts 340,000.
 */
export const maxFollowingSignatures = 500_000;

/** Bytes of all messages after one task: 5 KB for each message of a group of 25,000. Each member of a chord carries its body. */
export const maxFollowingBytes = 128 * 1024 * 1024;

/** SQS's own limit of one message. */
export const maxMessageBytes = 1024 * 1024;

/** Calls of one `celery.map` or `celery.starmap`, which run one after the other. */
export const maxMapCalls = 100_000;

/** The error for what exceeds one of the limits. */
export function beyondLimit(what: string, limit: string, advice: string): CanvasError {
  return new CanvasError('TOO_LARGE', `${what}, more than the limit of ${limit} (docs/limits.md): ${advice}.`);
}
