import { createHash } from 'node:crypto';
import { hasContinuations } from '../canvas/continuations/plan.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { Message } from '../message/message.ts';
import type { ClaimConflict } from '../store/resultStore.ts';

/** The digest of a message after whose task nothing follows. */
const nothingFollows = '-';

/**
 * Identifies what follows the task of a message: equal for all deliveries of the message, and for its retries. It is stored with the claim.
 * The beginning of a SHA-256, 22 characters of base64url.
 */
export function digestOf(message: Message): string {
  if (!hasContinuations(message)) return nothingFollows;
  const { task, group, embed } = message;
  const text = stringifyPythonJson([task, group, embed]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/**
 * Whether a message of a task that has ended is another delivery of the message that was claimed, so that what follows the task may be
 * published again. The message of another sender may have the id of a task whose result it must not get.
 *
 * An item without a digest was never claimed by this version: it is revoked, or comes from a Python worker, which publishes for itself.
 */
export function isOfSameMessage(message: Message, { state, digest }: ClaimConflict & { kind: 'final' }): boolean {
  return digest === undefined ? state === 'REVOKED' : digest === digestOf(message);
}
