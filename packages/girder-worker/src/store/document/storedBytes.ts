import { isUtf8 } from 'node:buffer';
import { deflateSync } from 'node:zlib';
import { decompress, decompressNow } from '../../kombu/compression/compression.ts';
import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import { deserialize } from '../../kombu/serializers/serializers.ts';
import { isObject, type KombuObject } from '../../kombu/values.ts';
import { UnreadableResultError } from '../errors.ts';

/** An item of DynamoDB has 400 KiB, its key (up to 2 KiB) and our own attributes (below 1 KiB) included. */
export const maxDocumentBytes = (400 - 3) * 1024;

/** More than any result that is meant: what a compressed one may unpack to. */
const maxUnpackedBytes = 64 * 1024 * 1024;

const brace = 0x7b;
const bracket = 0x5b;

/** How Celery 5.7 (`result_compression`) begins what it has compressed: this, the content type, a zero, the data. */
export const compressionMark: Uint8Array = Buffer.from('\0celery-compressed\0');

/**
 * The bytes to store for a document; compressed, as Celery does it with zlib, where it has more than so many bytes.
 * Undefined where they are more than an item takes.
 */
export function encodeDocument(document: string, compressionAboveBytes: number): Uint8Array | undefined {
  const plain = Buffer.from(document);
  const bytes = plain.length > compressionAboveBytes ? smaller(plain, compressed(plain)) : plain;
  return bytes.length > maxDocumentBytes ? undefined : bytes;
}

/** How many bytes a document has, plain and compressed. */
export function sizesOf(document: string): { readonly plain: number; readonly compressed: number } {
  const plain = Buffer.from(document);
  return { plain: plain.length, compressed: compressed(plain).length };
}

/**
 * The document as JSON without compression, with its status first, whichever compression and serializer Celery wrote it
 * with, other than pickle. Throws UnreadableResultError.
 */
export async function toPlainJson(stored: Uint8Array): Promise<Uint8Array> {
  if (!isCompressed(stored)) return asJson(stored);
  const { packed, compression } = splitCompressed(stored);
  return asJson(await decompress(packed, compression, maxUnpackedBytes).catch(unreadable));
}

/** `result_serializer` may be one of these, too. */
const contentTypes = { msgpack: 'application/x-msgpack', YAML: 'application/x-yaml' } as const;

async function asJson(bytes: Uint8Array): Promise<Uint8Array> {
  const serializer = otherSerializer(bytes);
  if (serializer === undefined) return bytes;
  if (serializer === 'pickle') throw refused(serializer);
  const value = await deserialize(Buffer.from(bytes), contentTypes[serializer]).catch(unreadable);
  if (!isObject(value)) throw new UnreadableResultError(`The stored result is ${serializer}, but no object.`);
  const { status, ...rest }: Partial<KombuObject> = value;
  return Buffer.from(stringifyPythonJson({ status, ...rest }));
}

/**
 * The JSON text that was stored, plain, `unpacked`, or compressed as it is done here; zstd and brotli are read as well.
 * Throws UnreadableResultError for what no JSON serializer wrote.
 */
export function decodeDocument(stored: Uint8Array): string {
  const bytes = isCompressed(stored) ? unpackedNow(stored) : Buffer.from(stored);
  const serializer = isUtf8(bytes)
    ? otherSerializer(bytes)
    : (otherSerializer(bytes) ?? 'another character set than UTF-8');
  if (serializer === undefined) return bytes.toString('utf8');
  throw refused(serializer);
}

/** Whether the bytes are what DynamoDB's conditions can look into. */
export function isPlainJson(stored: Uint8Array): boolean {
  return stored[0] === brace;
}

/** Whether the bytes are a document that was compressed. */
export function isCompressed(stored: Uint8Array): boolean {
  return Buffer.compare(stored.subarray(0, compressionMark.length), compressionMark) === 0;
}

function compressed(plain: Uint8Array): Buffer {
  return Buffer.concat([compressionMark, Buffer.from('application/x-gzip\0'), deflateSync(plain)]);
}

function smaller(one: Buffer, other: Buffer): Buffer {
  return other.length < one.length ? other : one;
}

function unpackedNow(stored: Uint8Array): Buffer {
  const { packed, compression } = splitCompressed(stored);
  try {
    return decompressNow(packed, compression, maxUnpackedBytes);
  } catch (cause) {
    return unreadable(cause);
  }
}

function splitCompressed(stored: Uint8Array): { readonly packed: Uint8Array; readonly compression: string } {
  const parts = Buffer.from(stored).subarray(compressionMark.length);
  const end = parts.indexOf(0);
  return { packed: parts.subarray(end + 1), compression: parts.subarray(0, end).toString('latin1') };
}

function refused(serializer: string): UnreadableResultError {
  return new UnreadableResultError(
    `The result was written with ${serializer}, which is not read here: set result_serializer = 'json' in the Celery app that wrote it.`,
  );
}

function unreadable(cause: unknown): never {
  throw new UnreadableResultError(`The stored result cannot be read: ${(cause as Error).message}`, { cause });
}

/** A document begins with a brace; what begins otherwise tells by its first byte what wrote it. */
function otherSerializer(bytes: Uint8Array): 'pickle' | 'msgpack' | 'YAML' | undefined {
  const [first = 0, second = 0] = bytes;
  if (first === brace || first === bracket) return undefined;
  if (first === 0x80 && second >= 2 && second <= 5) return 'pickle';
  return (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf ? 'msgpack' : 'YAML';
}
