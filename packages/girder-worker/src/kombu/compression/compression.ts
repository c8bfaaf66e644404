import * as zlib from 'node:zlib';
import { DecodeError } from '../errors.ts';

/** Throws, with the code ERR_BUFFER_TOO_LARGE, as soon as there is more than so many bytes. */
type Read<Output> = (bytes: Uint8Array, maxOutputBytes: number) => Output;

/** What reads each compression at once; null where this version of Node does not. */
const builtIn: Readonly<Record<string, Read<Buffer> | null>> = {
  // Kombu's name says gzip, its bytes are zlib's (wire specification §1.5).
  'application/x-gzip': (bytes, maxOutputLength) => zlib.inflateSync(bytes, { maxOutputLength }),
  'application/x-brotli': (bytes, maxOutputLength) => zlib.brotliDecompressSync(bytes, { maxOutputLength }),
  'application/zstd': zlib.zstdDecompressSync // Node 22.15 and later.
    ? (bytes, maxOutputLength) => zlib.zstdDecompressSync(bytes, { maxOutputLength })
    : null,
};

/** What reads the others, loaded when it is first needed. */
const loaded: Readonly<Record<string, () => Promise<Read<Buffer | Promise<Buffer>>>>> = {
  'application/x-bz2': async () => (await import('./bzip2Reader.ts')).readBzip2,
  'application/x-lzma': async () => (await import('./xzReader.ts')).readXz,
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
export async function decompress(bytes: Uint8Array, compression: string, maxOutputBytes: number): Promise<Buffer> {
  const load = own(loaded, typeOf(compression));
  const read = load ? await load() : builtInFor(compression);
  try {
    return await read(bytes, maxOutputBytes);
  } catch (cause) {
    throw explained(cause, compression, maxOutputBytes);
  }
}

/** As `decompress`, without waiting: what Node itself reads. To it, bzip2 and lzma are an UNKNOWN_COMPRESSION. */
export function decompressNow(bytes: Uint8Array, compression: string, maxOutputBytes: number): Buffer {
  const read = builtInFor(compression);
  try {
    return read(bytes, maxOutputBytes);
  } catch (cause) {
    throw explained(cause, compression, maxOutputBytes);
  }
}

function builtInFor(compression: string): Read<Buffer> {
  const type = typeOf(compression);
  const read = own(builtIn, type);
  if (read) return read;
  const isKnown = read === null || Object.hasOwn(loaded, type);
  const fault = isKnown ? 'cannot be read here: send with zlib or brotli' : 'is unknown';
  throw new DecodeError('UNKNOWN_COMPRESSION', `The compression "${compression}" ${fault}.`);
}

function explained(cause: unknown, compression: string, maxOutputBytes: number): DecodeError {
  if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    return new DecodeError('TOO_LARGE', `The body has more than ${maxOutputBytes} bytes when decompressed.`, { cause });
  }
  const reason = (cause as Error).message;
  return new DecodeError('DECOMPRESSION_FAILED', `The body is not "${compression}": ${reason}.`, { cause });
}

function typeOf(compression: string): string {
  return own(aliases, compression) ?? compression;
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
