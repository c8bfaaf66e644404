import { isUtf8 } from 'node:buffer';
import { deflateSync } from 'node:zlib';
import { decompress, decompressSync } from '../../kombu/compression/compression.ts';
import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import { deserialize } from '../../kombu/serializers/serializers.ts';
import { isObject, type KombuObject } from '../../kombu/values.ts';
import { UnreadableResultError } from '../errors.ts';

/** DynamoDB's limit of 400 KiB per item, less the key (up to 2 KiB) and our own attributes (below 1 KiB). */
export const maxDocumentBytes = (400 - 3) * 1024;

/** The limit to which a compressed result is decompressed, against decompression bombs. */
const maxDecompressedBytes = 64 * 1024 * 1024;

const brace = 0x7b;
const bracket = 0x5b;

/** Celery 5.7 (`result_compression`) stores this prefix, the content type, a zero byte, and the compressed data. */
export const compressionPrefix: Uint8Array = Buffer.from('\0celery-compressed\0');

/**
 * Returns the bytes to store for a document: compressed with zlib in Celery's form if it has more than
 * `compressionAboveBytes` and becomes smaller by it. Returns undefined if they do not fit into an item.
 */
export function encodeDocument(document: string, compressionAboveBytes: number): Uint8Array | undefined {
  const bytes = compressedAbove(compressionAboveBytes, document);
  return bytes.length > maxDocumentBytes ? undefined : bytes;
}

function compressedAbove(aboveBytes: number, document: string): Buffer {
  const plain = Buffer.from(document);
  return plain.length > aboveBytes ? shorter(plain, compressed(plain)) : plain;
}

/** The most items into which a document is cut. */
export const maxParts = 4;

/**
 * Returns a document as parts that each fit into an item: one, or the compressed bytes, cut. Returns undefined if there would be more than
 * four.
 */
export function encodeParts(document: string): readonly Uint8Array[] | undefined {
  const bytes = compressedAbove(maxDocumentBytes, document);
  const count = Math.ceil(bytes.length / maxDocumentBytes);
  if (count > maxParts) return undefined;
  return Array.from({ length: count }, (_, part) =>
    bytes.subarray(part * maxDocumentBytes, (part + 1) * maxDocumentBytes),
  );
}

/** The size of a document in bytes, plain and compressed. */
export function sizesOf(document: string): { readonly plain: number; readonly compressed: number } {
  const plain = Buffer.from(document);
  return { plain: plain.length, compressed: compressed(plain).length };
}

/**
 * Converts a stored document to plain JSON with its status first. Accepts all of Kombu's compressions, and the serializers
 * json, msgpack and yaml. Rejects with UnreadableResultError for pickle and for what cannot be decoded.
 */
export async function toPlainJson(stored: Uint8Array): Promise<Uint8Array> {
  if (!isCompressed(stored)) return deserializedToJson(stored);
  const { compressedBytes, compression } = splitCompressed(stored);
  return deserializedToJson(await decompress(compressedBytes, compression, maxDecompressedBytes).catch(unreadable));
}

/** The other serializers that are supported as `result_serializer`. */
const contentTypes = { msgpack: 'application/x-msgpack', YAML: 'application/x-yaml' } as const;

async function deserializedToJson(bytes: Uint8Array): Promise<Uint8Array> {
  const serializer = otherSerializer(bytes);
  if (serializer === undefined) return bytes;
  if (serializer === 'pickle') throw unsupportedSerializer(serializer);
  const value = await deserialize(Buffer.from(bytes), contentTypes[serializer]).catch(unreadable);
  if (!isObject(value)) throw new UnreadableResultError(`The stored result is ${serializer}, but not an object.`);
  const { status, ...rest }: Partial<KombuObject> = value;
  return Buffer.from(stringifyPythonJson({ status, ...rest }));
}

/**
 * Returns the JSON text of a stored document, synchronously: it may be plain, or compressed in a form that Node
 * decompresses (zlib, zstd, brotli). Throws UnreadableResultError for others, which `toPlainJson` must convert first.
 */
export function decodeDocument(stored: Uint8Array): string {
  const bytes = isCompressed(stored) ? decompressedNow(stored) : Buffer.from(stored);
  const serializer = isUtf8(bytes)
    ? otherSerializer(bytes)
    : (otherSerializer(bytes) ?? 'another character set than UTF-8');
  if (serializer === undefined) return bytes.toString('utf8');
  throw unsupportedSerializer(serializer);
}

/** Whether the document is plain JSON, which DynamoDB's conditions can compare. */
export function isPlainJson(stored: Uint8Array): boolean {
  return stored[0] === brace;
}

/** Whether the document is compressed. */
export function isCompressed(stored: Uint8Array): boolean {
  return Buffer.compare(stored.subarray(0, compressionPrefix.length), compressionPrefix) === 0;
}

function compressed(plain: Uint8Array): Buffer {
  return Buffer.concat([compressionPrefix, Buffer.from('application/x-gzip\0'), deflateSync(plain)]);
}

function shorter(one: Buffer, other: Buffer): Buffer {
  return other.length < one.length ? other : one;
}

function decompressedNow(stored: Uint8Array): Buffer {
  const { compressedBytes, compression } = splitCompressed(stored);
  try {
    return decompressSync(compressedBytes, compression, maxDecompressedBytes);
  } catch (cause) {
    return unreadable(cause);
  }
}

function splitCompressed(stored: Uint8Array): { readonly compressedBytes: Uint8Array; readonly compression: string } {
  const parts = Buffer.from(stored).subarray(compressionPrefix.length);
  const end = parts.indexOf(0);
  return { compressedBytes: parts.subarray(end + 1), compression: parts.subarray(0, end).toString('latin1') };
}

function unsupportedSerializer(serializer: string): UnreadableResultError {
  return new UnreadableResultError(
    `The result was written with ${serializer}, which is not supported: set result_serializer = 'json' in the Celery app that wrote it.`,
  );
}

function unreadable(cause: unknown): never {
  throw new UnreadableResultError(`The stored result cannot be read: ${(cause as Error).message}`, { cause });
}

/** Recognizes the serializer by the first bytes: undefined is JSON, and what is neither pickle nor msgpack counts as YAML. */
function otherSerializer(bytes: Uint8Array): 'pickle' | 'msgpack' | 'YAML' | undefined {
  const [first = 0, second = 0] = bytes;
  if (first === brace || first === bracket) return undefined;
  if (first === 0x80 && second >= 2 && second <= 5) return 'pickle';
  return (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf ? 'msgpack' : 'YAML';
}
