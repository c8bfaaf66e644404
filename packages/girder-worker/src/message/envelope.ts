import { isUtf8 } from 'node:buffer';
import { DecodeError, LimitError } from '../kombu/errors.ts';
import { parsePythonJson } from '../kombu/json/pythonJson.ts';
import { isObject, type KombuObject, type KombuValue } from '../kombu/values.ts';

/** Kombu's envelope of a body (docs/wire-format.md §1). Headers and properties have the names of Celery and Kombu. */
export interface Envelope {
  readonly body: string;
  /** Null if the sender left it out or empty. */
  readonly contentType: string | null;
  readonly headers: KombuObject;
  readonly properties: KombuObject;
}

/**
 * Parses the SQS body of a message, which may be encoded in base64.
 *
 * Throws DecodeError: NOT_AN_ENVELOPE, HEADER_MALFORMED, BODY_MALFORMED, TOO_LARGE.
 */
export function openEnvelope(text: string): Envelope {
  const envelope = parseEnvelope(outerText(text));
  const { properties, headers, body } = envelope;
  if (properties === undefined) {
    throw new DecodeError('NOT_AN_ENVELOPE', 'The message has no "properties", so it is not from a Celery client.');
  }
  if (!isObject(properties)) throw new DecodeError('HEADER_MALFORMED', '"properties" must be an object.');
  if (headers != null && !isObject(headers)) throw new DecodeError('HEADER_MALFORMED', '"headers" must be an object.');
  if (typeof body !== 'string') throw new DecodeError('BODY_MALFORMED', '"body" must be a string.');
  const contentType = envelope['content-type'];
  return {
    body,
    contentType: typeof contentType === 'string' && contentType !== '' ? contentType : null,
    headers: headers ?? {},
    properties,
  };
}

/** Decodes base64 under Kombu's conditions: the result is UTF-8, and encodes to the same text. Otherwise returns the text. */
export function outerText(text: string): string {
  const candidate = text.trim();
  if (candidate.startsWith('{')) return text;
  const bytes = Buffer.from(candidate, 'base64');
  return isUtf8(bytes) && bytes.toString('base64') === candidate ? bytes.toString('utf8') : text;
}

/** Encodes an ASCII text, such as JSON from `stringifyPythonJson`, in base64. */
export function base64OfAscii(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64');
}

function parseEnvelope(text: string): Partial<KombuObject> {
  let envelope: KombuValue;
  try {
    envelope = parsePythonJson(text);
  } catch (cause) {
    if (cause instanceof LimitError) {
      throw new DecodeError('TOO_LARGE', `The message is refused: ${cause.message}`, { cause });
    }
    throw new DecodeError('NOT_AN_ENVELOPE', `The message is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isObject(envelope)) throw new DecodeError('NOT_AN_ENVELOPE', 'The message is JSON, but not an object.');
  return envelope;
}
