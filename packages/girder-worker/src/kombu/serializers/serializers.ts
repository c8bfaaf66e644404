import { isUtf8 } from 'node:buffer';
import { DecodeError } from '../errors.ts';
import { parsePythonJson } from '../json/pythonJson.ts';
import type { KombuValue } from '../values.ts';
import { isPickledBody, unpickle } from './jsonpickle.ts';
import { readMsgpack } from './msgpackReader.ts';

/** A body as it came out of the envelope: as text where nothing had encoded it. */
export type Payload = string | Buffer;

type Read = (payload: Payload) => KombuValue | Promise<KombuValue>;

const pickle = 'application/x-python-serialize';

/** What reads each content type (wire specification §1). */
const readers: Readonly<Record<string, Read>> = {
  'application/json': readJson,
  'application/x-yaml': async (payload) => (await import('./yamlReader.ts')).readYaml(textOf(payload)),
  'application/x-msgpack': (payload) => readMsgpack(Buffer.from(payload)),
};

/**
 * Reads a body by its content type; without one it is taken for JSON.
 *
 * Throws DecodeError: CONTENT_DISALLOWED, UNKNOWN_CONTENT_TYPE, BODY_MALFORMED.
 */
export async function deserialize(payload: Payload, contentType: string | null): Promise<KombuValue> {
  if (contentType === pickle) {
    throw new DecodeError('CONTENT_DISALLOWED', `Refusing to deserialize untrusted content of type pickle (${pickle})`);
  }
  const read = contentType === null ? readJson : Object.hasOwn(readers, contentType) ? readers[contentType] : undefined;
  if (read === undefined) {
    throw new DecodeError(
      'UNKNOWN_CONTENT_TYPE',
      `The content type "${contentType}" cannot be read: send JSON, YAML or msgpack.`,
    );
  }
  try {
    return await read(payload);
  } catch (cause) {
    const type = contentType ?? 'application/json, which it is taken for without a content type';
    throw new DecodeError('BODY_MALFORMED', `The body is not ${type}: ${(cause as Error).message}`, { cause });
  }
}

function readJson(payload: Payload): KombuValue {
  const value = parsePythonJson(textOf(payload));
  return isPickledBody(value) ? unpickle(value) : value;
}

function textOf(payload: Payload): string {
  if (typeof payload === 'string') return payload;
  if (!isUtf8(payload)) throw new SyntaxError('it is not UTF-8');
  return payload.toString('utf8');
}
