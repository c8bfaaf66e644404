import { type FileHandle, open } from 'node:fs/promises';
import { GirderError } from '../wire/girderError.ts';

/**
 * The bytes of one request. Assetstores on S3 take no less than 5 MiB, and a function may have no more than 128 MB of memory
 * in all.
 */
export const chunkBytes = 8 * 1024 * 1024;

/** Returns up to `length` bytes from a position on; fewer only at the end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** A `ReadAt` of content that can be read only once: it returns to no position before the last one. */
export function readerOf(content: Uint8Array | AsyncIterable<Uint8Array>): ReadAt {
  if (content instanceof Uint8Array) return async (offset, length) => content.subarray(offset, offset + length);
  const source = content[Symbol.asyncIterator]();
  let kept: Uint8Array = new Uint8Array();
  let keptAt = 0;
  return async (offset, length) => {
    if (offset < keptAt)
      throw new GirderError('INCOMPLETE', `The content cannot be read again from byte ${offset} on.`);
    const chunks = [kept.subarray(offset - keptAt)];
    let bytes = chunks[0]!.byteLength;
    while (bytes < length) {
      const { value, done } = await source.next();
      if (done) break;
      chunks.push(value);
      bytes += value.byteLength;
    }
    kept = Buffer.concat(chunks);
    keptAt = offset;
    return kept.subarray(0, length);
  };
}

/** Each read overwrites what the one before it has returned: a new buffer for each chunk would fill the memory with garbage. */
export async function withFile<T>(path: string, use: (readAt: ReadAt) => Promise<T>): Promise<T> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, size));
    return await use((offset, length) => readFileAt(file, buffer.subarray(0, length), offset));
  } finally {
    await file.close();
  }
}

async function readFileAt(file: FileHandle, buffer: Buffer, offset: number): Promise<Uint8Array> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
