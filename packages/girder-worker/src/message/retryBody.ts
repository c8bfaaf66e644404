import { utcIsoTimeWithMicroseconds } from '../kombu/isoTime.ts';
import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { encode } from './encode.ts';
import { base64OfAscii, outerText } from './envelope.ts';
import type { Message } from './message.ts';

/** The fields that a retry changes in its message. All other fields stay (docs/wire-format.md §1.8). */
export interface RetryChanges {
  readonly retries: number;
  /** The time of the next attempt in ms since 1970. */
  readonly etaMs: number;
}

/**
 * Returns the SQS body of the message that retries a task. `body` is the SQS body of the current attempt, and `message` its
 * decoded form.
 */
export function retryBody(
  body: string,
  message: Message,
  { retries, etaMs }: RetryChanges,
  system: Pick<System, 'now' | 'randomUUID'> = nodeSystem,
): string {
  const eta = utcIsoTimeWithMicroseconds(new Date(etaMs));
  if (message.protocol === 1) return encode({ ...message, retries, eta, parentId: message.id }, system);

  const envelope = parsePythonJson(outerText(body)) as Record<string, Record<string, unknown>>;
  const retried = {
    ...envelope,
    headers: { ...envelope.headers, retries, eta, parent_id: message.id },
    properties: { ...envelope.properties, ...(message.origin && { origin: message.origin }) },
  };
  return base64OfAscii(stringifyPythonJson(retried));
}
