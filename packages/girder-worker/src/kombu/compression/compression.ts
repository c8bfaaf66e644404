import * as zlib from 'node:zlib';
import { DecodeError, LimitError } from '../errors.ts';
import { ownValue } from '../values.ts';

/** Decompresses bytes. Throws an error with the code ERR_BUFFER_TOO_LARGE as soon as the output exceeds `maxOutputBytes`. */
type Decompressor<Output> = (bytes: Uint8Array, maxOutputBytes: number) => Output;

/** The decompressors of Node by content type; null if this version of Node does not have it. */
const nodeDecompressors: Readonly<Record<string, Decompressor<Buffer> | null>> = {
  // Kombu calls this type gzip, but its bytes are in the format of zlib (docs/wire-format.md §1.5).
  'application/x-gzip': (bytes, maxOutputLength) => zlib.inflateSync(bytes, { maxOutputLength }),
  'application/x-brotli': (bytes, maxOutputLength) => zlib.brotliDecompressSync(bytes, { maxOutputLength }),
  'application/zstd': zlib.zstdDecompressSync // Node 22.15 and later.
    ? (bytes, maxOutputLength) => zlib.zstdDecompressSync(bytes, { maxOutputLength })
    : null,
};

/** The other decompressors, which are imported at their first use. */
const lazyDecompressors: Readonly<Record<string, () => Promise<Decompressor<Promise<Buffer>>>>> = {
  'application/x-bz2': async () => (await import('./bzip2Reader.ts')).readBzip2,
  'application/x-lzma': async () => (await import('./xzReader.ts')).readXz,
};

/** Kombu's short names. A message that is written by hand may contain them instead of the content type. */
const contentTypes: Readonly<Record<string, string>> = {
  gzip: 'application/x-gzip',
  zlib: 'application/x-gzip',
  brotli: 'application/x-brotli',
  zstd: 'application/zstd',
  zstandard: 'application/zstd',
  bzip2: 'application/x-bz2',
  bzip: 'application/x-bz2',
  lzma: 'application/x-lzma',
  xz: 'application/x-lzma',
};

/**
 * Decompresses bytes. `compression` is the value of the header `compression`: a content type or one of Kombu's short names.
 *
 * Throws DecodeError: UNKNOWN_COMPRESSION, DECOMPRESSION_FAILED, or TOO_LARGE if the output exceeds `maxOutputBytes`, or bzip2 data
 * `maxBzip2Bytes`.
 */
export async function decompress(bytes: Uint8Array, compression: string, maxOutputBytes: number): Promise<Buffer> {
  const load = ownValue(lazyDecompressors, contentTypeOf(compression));
  const decompressor = load ? await load() : nodeDecompressor(compression);
  try {
    return await decompressor(bytes, maxOutputBytes);
  } catch (cause) {
    throw toDecodeError(cause, compression, maxOutputBytes);
  }
}

/** Decompresses like `decompress`, but synchronously. Throws UNKNOWN_COMPRESSION for bzip2 and lzma, which Node does not have. */
export function decompressSync(bytes: Uint8Array, compression: string, maxOutputBytes: number): Buffer {
  const decompressor = nodeDecompressor(compression);
  try {
    return decompressor(bytes, maxOutputBytes);
  } catch (cause) {
    throw toDecodeError(cause, compression, maxOutputBytes);
  }
}

function nodeDecompressor(compression: string): Decompressor<Buffer> {
  const type = contentTypeOf(compression);
  const decompressor = ownValue(nodeDecompressors, type);
  if (decompressor) return decompressor;
  const isKnown = decompressor === null || Object.hasOwn(lazyDecompressors, type);
  const fault = isKnown ? 'is not supported here: send with zlib or brotli' : 'is unknown';
  throw new DecodeError('UNKNOWN_COMPRESSION', `The compression "${compression}" ${fault}.`);
}

function toDecodeError(cause: unknown, compression: string, maxOutputBytes: number): DecodeError {
  if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    return new DecodeError('TOO_LARGE', `The decompressed body has more than ${maxOutputBytes} bytes.`, { cause });
  }
  const reason = (cause as Error).message;
  if (cause instanceof LimitError) return new DecodeError('TOO_LARGE', `The body is refused: ${reason}.`, { cause });
  return new DecodeError('DECOMPRESSION_FAILED', `The body cannot be decompressed with "${compression}": ${reason}.`, {
    cause,
  });
}

function contentTypeOf(compression: string): string {
  return ownValue(contentTypes, compression) ?? compression;
}
