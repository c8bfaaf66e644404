import { isUtf8 } from 'node:buffer';
import { deflateSync } from 'node:zlib';
import { decompress } from '../message/compression.ts';
import { UnreadableResultError } from './errors.ts';

/** An item of DynamoDB has 400 KiB, its key (up to 2 KiB) and our own attributes (below 1 KiB) included. */
export const maxDocumentBytes = (400 - 3) * 1024;

/** More than any result that is meant: what a compressed one may unpack to. */
const maxUnpackedBytes = 64 * 1024 * 1024;

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

/** The JSON text that was stored. Throws UnreadableResultError for what no JSON serializer wrote. */
export function decodeDocument(stored: Uint8Array): string {
  const bytes = isCompressed(stored)
    ? unpack(Buffer.from(stored).subarray(compressionMark.length))
    : Buffer.from(stored);
  const serializer = otherSerializer(bytes);
  if (serializer === undefined) return bytes.toString('utf8');
  throw new UnreadableResultError(
    `The result was written with ${serializer}, and only JSON is read here: set result_serializer = 'json' in the Celery app that wrote it.`,
  );
}

/** Whether the bytes are a document that was compressed; DynamoDB's conditions see no more of it than this. */
export function isCompressed(stored: Uint8Array): boolean {
  return Buffer.compare(stored.subarray(0, compressionMark.length), compressionMark) === 0;
}

function compressed(plain: Uint8Array): Buffer {
  return Buffer.concat([compressionMark, Buffer.from('application/x-gzip\0'), deflateSync(plain)]);
}

function smaller(one: Buffer, other: Buffer): Buffer {
  return other.length < one.length ? other : one;
}

function unpack(packed: Buffer): Buffer {
  const end = packed.indexOf(0);
  try {
    return decompress(packed.subarray(end + 1), packed.subarray(0, end).toString('latin1'), maxUnpackedBytes);
  } catch (cause) {
    throw new UnreadableResultError(`The compressed result cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** A document begins with a brace; what begins otherwise tells by its first byte what wrote it. */
function otherSerializer(bytes: Buffer): string | undefined {
  const [first = 0, second = 0] = bytes;
  if (first === 0x7b) return isUtf8(bytes) ? undefined : 'another character set than UTF-8';
  if (first === 0x80 && second >= 2 && second <= 5) return 'pickle';
  if ((first & 0xf0) === 0x80 || first === 0xde || first === 0xdf) return 'msgpack';
  return 'YAML or another serializer';
}
