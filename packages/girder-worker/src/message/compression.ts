import * as zlib from 'node:zlib';
import { DecodeError } from './errors.ts';

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer;

/** What reads each compression; null where nothing here does. */
const decompressors: Readonly<Record<string, Decompress | null>> = {
  'application/x-gzip': zlib.inflateSync, // Kombu's name says gzip, its bytes are zlib's (wire specification §1.5).
  'application/x-brotli': zlib.brotliDecompressSync,
  'application/zstd': zlib.zstdDecompressSync ?? null, // Node 22.15 and later.
  'application/x-bz2': null,
  'application/x-lzma': null,
};

/** Kombu's short names; also accepted where a message is written by hand. */
const aliases: Readonly<Record<string, string>> = {
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
 * Undoes what the header `compression` names, its content type or Kombu's short name.
 *
 * Throws DecodeError: UNKNOWN_COMPRESSION, DECOMPRESSION_FAILED, TOO_LARGE.
 */
export function decompress(bytes: Uint8Array, compression: string, maxOutputBytes: number): Buffer {
  const type = Object.hasOwn(aliases, compression) ? aliases[compression]! : compression;
  const run = Object.hasOwn(decompressors, type) ? decompressors[type] : undefined;
  if (run === undefined) throw new DecodeError('UNKNOWN_COMPRESSION', `The compression "${compression}" is unknown.`);
  if (run === null) {
    throw new DecodeError(
      'UNKNOWN_COMPRESSION',
      `The compression "${compression}" cannot be read here: send with zlib or brotli.`,
    );
  }
  try {
    return run(bytes, { maxOutputLength: maxOutputBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DecodeError('TOO_LARGE', `The body has more than ${maxOutputBytes} bytes when decompressed.`, {
        cause,
      });
    }
    throw new DecodeError('DECOMPRESSION_FAILED', `The body is not "${compression}": ${(cause as Error).message}.`, {
      cause,
    });
  }
}
