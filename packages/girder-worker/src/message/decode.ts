import { asDecodeError, DecodeError, type MessageIdentity } from '../kombu/errors.ts';
import { deserialize, type Payload } from '../kombu/serializers/serializers.ts';
import type { KombuValue } from '../kombu/values.ts';
import { createTurns } from '../system/turns.ts';
import { type Envelope, openEnvelope } from './envelope.ts';
import { optionalText } from './headerReaders.ts';
import type { Message } from './message.ts';
import { identityOf, toMessage } from './protocol.ts';

/** The limits of a message. A larger message is rejected with TOO_LARGE. */
export interface DecodeLimits {
  /** The limit of the text from the queue. @default 1048576, the limit of SQS */
  readonly maxBodyBytes: number;
  /** The limit of the decompressed body. @default 16777216 */
  readonly maxDecompressedBytes: number;
}

export interface DecodeOptions extends Partial<DecodeLimits> {
  /** Decodes a body that takes more than a few milliseconds, by calling `decodeBody`. @default calls it at once */
  readonly decodeLarge?: (<T>(decodeBody: () => Promise<T>) => Promise<T>) | undefined;
}

export const defaultLimits: DecodeLimits = {
  maxBodyBytes: 1024 * 1024,
  maxDecompressedBytes: 16 * 1024 * 1024,
};

/** A body of up to this length is decoded in a few milliseconds, unless it is compressed. */
const smallBodyCharacters = 32 * 1024;

/** Larger bodies are decoded one after another: together they could take too much memory, and block the event loop for seconds. */
const inTurn = createTurns();

/**
 * Decodes the SQS body of a message from any Celery client (docs/wire-format.md §1).
 *
 * Rejects only with DecodeError, and with what `decodeLarge` rejects with.
 */
export async function decode(text: string, options: DecodeOptions = {}): Promise<Message> {
  const { envelope, payload } = await decodePayload(text, options);
  try {
    return toMessage(envelope, payload);
  } catch (error) {
    throw withIdentity(error, envelope, payload);
  }
}

/**
 * Resolves to the task that the SQS body of a message names; undefined if it names none. Reads the headers only, and the body
 * only for protocol 1, which has the task there.
 */
export async function taskNamedIn(text: string): Promise<MessageIdentity | undefined> {
  try {
    assertSize(text, defaultLimits.maxBodyBytes);
    const { headers } = openEnvelope(text);
    return identityOf(headers) ?? identityOf((await decodePayload(text)).payload);
  } catch (error) {
    return asDecodeError(error).identity;
  }
}

/**
 * Decodes the envelope and the body of any message: of a task or of remote control.
 *
 * Rejects only with DecodeError, and with what `decodeLarge` rejects with.
 */
export async function decodePayload(
  text: string,
  options: DecodeOptions = {},
): Promise<{ readonly envelope: Envelope; readonly payload: KombuValue }> {
  const { maxBodyBytes, maxDecompressedBytes, decodeLarge } = { ...defaultLimits, ...options };
  assertSize(text, maxBodyBytes);
  const envelope = openEnvelope(text);
  const decodeBody = async () => {
    const body = await decompressed(decodedBody(envelope), envelope, maxDecompressedBytes);
    return { envelope, payload: await deserialize(body, envelope.contentType) };
  };
  const isSmall = envelope.body.length <= smallBodyCharacters && envelope.headers.compression == null;
  const decodeInTurn = () => inTurn(decodeBody);
  try {
    if (isSmall) return await decodeBody();
    return await (decodeLarge ? decodeLarge(decodeInTurn) : decodeInTurn());
  } catch (error) {
    throw withIdentity(error, envelope);
  }
}

function assertSize(text: string, maxBytes: number): void {
  // UTF-8 has at most three bytes per UTF-16 unit, so the bytes of most texts need not be counted.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    throw new DecodeError('TOO_LARGE', `The message has more than ${maxBytes} bytes.`);
  }
}

/** Returns the body without Celery's base64, or the text itself if it is not encoded. */
function decodedBody({ body, properties }: Envelope): Payload {
  const encoding = optionalText(properties.body_encoding, 'body_encoding');
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === null || encoding === '') return body;
  throw new DecodeError('UNKNOWN_BODY_ENCODING', `The body encoding must be "base64", got "${encoding}".`);
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
