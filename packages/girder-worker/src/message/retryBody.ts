import { utcIsoTimeWithMicroseconds } from '../kombu/isoTime.ts';
import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { encode, jsonBody, reprHeaders } from './encode.ts';
import { base64OfAscii, outerText } from './envelope.ts';
import { hiddenReprs } from './hiddenReprs.ts';
import type { Message } from './message.ts';

/** The fields that a retry changes in its message. All other fields stay (docs/wire-format.md §1.8). */
export interface RetryChanges {
  readonly retries: number;
  /** The time of the next attempt in ms since 1970. */
  readonly etaMs: number;
  /** Other arguments than those of the message. Then the body is JSON, whatever serializer the message had. */
  readonly arguments?: { readonly args: readonly unknown[]; readonly kwargs: Readonly<Record<string, unknown>> };
  /** Custom headers that replace those of the same names, such as those of a trace. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Returns the SQS body of the message that retries a task. `body` is the SQS body of the current attempt, and `message` its
 * decoded form.
 */
export function retryBody(
  body: string,
  message: Message,
  { retries, etaMs, arguments: changed, headers: custom }: RetryChanges,
  system: Pick<System, 'now' | 'randomUUID'> = nodeSystem,
): string {
  const eta = utcIsoTimeWithMicroseconds(new Date(etaMs));
  if (message.protocol === 1) {
    const reprs = changed && hiddenReprs(message);
    const headers = { ...message.headers, ...custom };
    return encode({ ...message, ...changed, ...reprs, headers, retries, eta, parentId: message.id }, system);
  }

  const envelope = parsePythonJson(outerText(body)) as Record<string, Record<string, unknown>>;
  const { headers, properties, ...others } = changed ? withArguments(envelope, message, changed) : envelope;
  const retried = {
    ...others,
    headers: { ...headers, ...custom, retries, eta, parent_id: message.id },
    properties: { ...properties, ...(message.origin && { origin: message.origin }) },
  };
  return base64OfAscii(stringifyPythonJson(retried));
}

/** Replaces the body, which may have been compressed, and the headers that describe it. */
function withArguments(
  { headers, properties, ...envelope }: Record<string, Record<string, unknown>>,
  message: Message,
  { args, kwargs }: NonNullable<RetryChanges['arguments']>,
) {
  const { compression: _, ...kept } = headers ?? {};
  return {
    ...envelope,
    ...jsonBody({ args, kwargs, embed: message.embed }),
    headers: { ...kept, ...reprHeaders({ args, kwargs, ...hiddenReprs(message) }) },
    properties: { ...properties, body_encoding: 'base64' },
  };
}
