import { isUtf8 } from 'node:buffer';
import { DecodeError } from '../kombu/errors.ts';
import { parsePythonJson } from '../kombu/json/pythonJson.ts';
import { isObject, type KombuObject, type KombuValue } from '../kombu/values.ts';

/** What Kombu wraps every body in (wire specification §1), names of the wire. */
export interface Envelope {
  readonly body: string;
  /** null if the sender left it out, or empty. */
  readonly contentType: string | null;
  readonly headers: KombuObject;
  readonly properties: KombuObject;
}

/**
 * Reads the text of a queue's message, be it in base64 or plain.
 *
 * Throws DecodeError: NOT_AN_ENVELOPE, HEADER_MALFORMED, BODY_MALFORMED.
 */
export function openEnvelope(text: string): Envelope {
  const envelope = parseEnvelope(outerText(text));
  const { properties, headers, body } = envelope;
  if (properties === undefined) {
    throw new DecodeError('NOT_AN_ENVELOPE', 'The message has no "properties": no Celery client has sent it.');
  }
  if (!isObject(properties)) throw new DecodeError('HEADER_MALFORMED', '"properties" is not an object.');
  if (headers != null && !isObject(headers)) throw new DecodeError('HEADER_MALFORMED', '"headers" is not an object.');
  if (typeof body !== 'string') throw new DecodeError('BODY_MALFORMED', '"body" is not a string.');
  const contentType = envelope['content-type'];
  return {
    body,
    contentType: typeof contentType === 'string' && contentType !== '' ? contentType : null,
    headers: headers ?? {},
    properties,
  };
}

/** Kombu takes for base64 what is the same text when encoded again, and decodes to UTF-8. */
export function outerText(text: string): string {
  const candidate = text.trim();
  if (candidate.startsWith('{')) return text;
  const bytes = Buffer.from(candidate, 'base64');
  return isUtf8(bytes) && bytes.toString('base64') === candidate ? bytes.toString('utf8') : text;
}

function parseEnvelope(text: string): Partial<KombuObject> {
  let envelope: KombuValue;
  try {
    envelope = parsePythonJson(text);
  } catch (cause) {
    throw new DecodeError('NOT_AN_ENVELOPE', `The message is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isObject(envelope)) throw new DecodeError('NOT_AN_ENVELOPE', 'The message is JSON, but not an object.');
  return envelope;
}
