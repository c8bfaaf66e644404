import { isUtf8 } from 'node:buffer';
import { DecodeError, LimitError } from '../errors.ts';
import { parsePythonJson } from '../json/pythonJson.ts';
import { type KombuValue, ownValue } from '../values.ts';

/** The body of an envelope: text if it was not encoded in base64, and otherwise bytes. */
export type Payload = string | Buffer;

type Deserializer = (payload: Payload) => Promise<KombuValue>;

const pickle = 'application/x-python-serialize';

/** The deserializers by content type (docs/wire-format.md §1). All but the reader of JSON are imported at their first use. */
const deserializers: Readonly<Record<string, Deserializer>> = {
  'application/json': readJson,
  'application/x-yaml': async (payload) => (await import('./yamlReader.ts')).readYaml(textOf(payload)),
  'application/x-msgpack': async (payload) => (await import('./msgpackReader.ts')).readMsgpack(Buffer.from(payload)),
};

/**
 * Deserializes a body. Without a content type, it is JSON.
 *
 * Throws DecodeError: CONTENT_DISALLOWED, UNKNOWN_CONTENT_TYPE, BODY_MALFORMED, TOO_LARGE.
 */
export async function deserialize(payload: Payload, contentType: string | null): Promise<KombuValue> {
  if (contentType === pickle) {
    throw new DecodeError('CONTENT_DISALLOWED', `Refusing to deserialize untrusted content of type pickle (${pickle})`);
  }
  const deserializer = deserializerFor(contentType);
  if (deserializer === undefined) {
    throw new DecodeError(
      'UNKNOWN_CONTENT_TYPE',
      `The content type "${contentType}" is not supported: send JSON, YAML or msgpack.`,
    );
  }
  try {
    return await deserializer(payload);
  } catch (cause) {
    if (cause instanceof LimitError)
      throw new DecodeError('TOO_LARGE', `The body is refused: ${cause.message}`, { cause });
    const type = contentType ?? 'application/json, the default without a content type';
    throw new DecodeError('BODY_MALFORMED', `The body is not ${type}: ${(cause as Error).message}`, { cause });
  }
}

function deserializerFor(contentType: string | null): Deserializer | undefined {
  return contentType === null ? readJson : ownValue(deserializers, contentType);
}

async function readJson(payload: Payload): Promise<KombuValue> {
  const text = textOf(payload);
  if (!pickledBody.test(text)) return parsePythonJson(text);
  const { passes, unpickle } = await import('./jsonpickle.ts');
  return unpickle(parsePythonJson(text, passes));
}

/** The body of a message that jsonpickle wrote is a tuple, and not a list as in JSON. */
const pickledBody = /^\s*\{\s*"py\/tuple"\s*:\s*\[/;

function textOf(payload: Payload): string {
  if (typeof payload === 'string') return payload;
  if (!isUtf8(payload)) throw new SyntaxError('it is not UTF-8');
  return payload.toString('utf8');
}
