import { createHash } from 'node:crypto';
import { hasContinuations } from '../canvas/continuations/plan.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { Message } from '../message/message.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import { type Claim, nothingFollows } from '../store/resultStore.ts';

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
 * Whether what follows a task that has ended may be published for the message of a claim that was refused. For a result, only if the message is another delivery
 * of the one that was claimed: the message of another sender may have the id of a task whose result it must not get. After a failure or a
 * revocation, what follows any message of the id has failed, too: a client may send a signature of its own again, with other links.
 *
 * A result without a digest comes from a Python worker, which publishes for itself, or from an earlier version.
 */
export function mayPublishAgain(claim: Claim, digest: string | undefined, { state }: FinalOutcome): boolean {
  return state !== 'SUCCESS' || digest === claim.digest;
}
