import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { encode } from './encode.ts';
import { outerText } from './envelope.ts';
import type { Message } from './message.ts';

/** What a retry changes of its message; all else stays as the sender wrote it (wire specification §1.8). */
export interface RetryChanges {
  readonly retries: number;
  /** In ms since 1970. */
  readonly etaMs: number;
}

/** The SQS body with which a message is sent again for its next try. */
export function retryBody(body: string, message: Message, { retries, etaMs }: RetryChanges): string {
  const eta = isoWithOffset(etaMs);
  if (message.protocol === 1) return encode({ ...message, retries, eta, parentId: message.id });

  const envelope = parsePythonJson(outerText(body)) as Record<string, Record<string, unknown>>;
  const text = stringifyPythonJson({
    ...envelope,
    headers: { ...envelope.headers, retries, eta, parent_id: message.id },
    properties: { ...envelope.properties, ...(message.origin && { origin: message.origin }) },
  });
  return Buffer.from(text, 'latin1').toString('base64'); // The text is ASCII.
}

function isoWithOffset(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}
