import { DecodeError } from '../kombu/errors.ts';
import { deserialize, type Payload } from '../kombu/serializers/serializers.ts';
import type { KombuValue } from '../kombu/values.ts';
import { type Envelope, openEnvelope } from './envelope.ts';
import { optionalText } from './headerReaders.ts';
import type { Message } from './message.ts';
import { identityOf, toMessage } from './protocol.ts';

/** How much a message may hold; more is refused as TOO_LARGE. */
export interface DecodeLimits {
  /** Of the text as it comes from the queue. @default 1048576, SQS's own limit */
  readonly maxBodyBytes: number;
  /** Of the body when decompressed. @default 16777216, a sixteenth of what the largest could be blown up to */
  readonly maxDecompressedBytes: number;
}

export const defaultLimits: DecodeLimits = {
  maxBodyBytes: 1024 * 1024,
  maxDecompressedBytes: 16 * 1024 * 1024,
};

/**
 * Reads the body of a queue's message, as any Celery client may have written it (wire specification §1).
 *
 * Throws DecodeError, and nothing else.
 */
export async function decode(text: string, limits: Partial<DecodeLimits> = {}): Promise<Message> {
  const { envelope, payload } = await decodePayload(text, limits);
  try {
    return toMessage(envelope, payload);
  } catch (error) {
    throw withIdentity(error, envelope, payload);
  }
}

/**
 * Reads a message of any kind down to its body: a task's, or one of remote control.
 *
 * Throws DecodeError, and nothing else.
 */
export async function decodePayload(
  text: string,
  limits: Partial<DecodeLimits> = {},
): Promise<{ readonly envelope: Envelope; readonly payload: KombuValue }> {
  const { maxBodyBytes, maxDecompressedBytes } = { ...defaultLimits, ...limits };
  assertSize(text, maxBodyBytes);
  const envelope = openEnvelope(text);
  try {
    const unpacked = await decompressed(unwrap(envelope), envelope, maxDecompressedBytes);
    return { envelope, payload: await deserialize(unpacked, envelope.contentType) };
  } catch (error) {
    throw withIdentity(error, envelope);
  }
}

function assertSize(text: string, maxBytes: number): void {
  // UTF-8 has at most three bytes for each unit of a string, so that most need not be counted.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    throw new DecodeError('TOO_LARGE', `The message has more than ${maxBytes} bytes.`);
  }
}

/** The body without the base64 in which Celery wraps it; one that nothing has encoded is the text itself. */
function unwrap({ body, properties }: Envelope): Payload {
  const encoding = optionalText(properties.body_encoding, 'body_encoding');
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === null || encoding === '') return body;
  throw new DecodeError('UNKNOWN_BODY_ENCODING', `The body is encoded in "${encoding}", which is not base64.`);
}

async function decompressed(payload: Payload, { headers }: Envelope, maxBytes: number): Promise<Payload> {
  const compression = optionalText(headers.compression, 'compression');
  if (compression === null || compression === '') return payload;
  const { decompress } = await import('../kombu/compression/compression.ts');
  return decompress(Buffer.from(payload), compression, maxBytes);
}

function withIdentity(error: unknown, envelope: Envelope, payload?: KombuValue): unknown {
  const identity = identityOf(envelope.headers, payload);
  if (!(error instanceof DecodeError) || identity === undefined) return error;
  return new DecodeError(error.code, error.message, { cause: error.cause, identity });
}
