import { createWriteStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe } from '../fields.ts';

/** Returns bytes as text if they are UTF-8, and as they are otherwise. */
export function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}

/** Returns data of an output as bytes. Throws for data that is neither text nor bytes. */
export function bytesOf(data: unknown, subject: string): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data;
  throw new Error(
    `${subject} must be text or bytes to be stored there, but it is ${describe(data)}. Ask for a format that is text, such as "json".`,
  );
}

/** Collects a stream in memory. Throws as soon as it is longer than the limit. */
export async function collect(stream: AsyncIterable<Uint8Array>, maxBytes: number, subject: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(subject, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Writes a stream to a new file. Throws, and removes the file, as soon as it is longer than the limit. */
export async function saveTo(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
  subject: string,
): Promise<void> {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      done(bytes > maxBytes ? tooLarge(subject, maxBytes) : null, chunk);
    },
  });
  try {
    await pipeline(stream, limit, createWriteStream(path, { flags: 'wx' }));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Reads a file into memory. Throws if it is longer than the limit. */
export async function readBounded(path: string, maxBytes: number, subject: string): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > maxBytes) throw tooLarge(subject, maxBytes);
  return readFile(path);
}

export function tooLarge(subject: string, maxBytes: number): Error {
  const mebibytes = Number((maxBytes / 1024 / 1024).toFixed(3));
  return new Error(
    `${subject} is larger than ${mebibytes} MiB. Use the target "filepath" for large data, or raise GIRDER_WORKER_MAX_DATA_MB (data in memory) or GIRDER_WORKER_MAX_FILE_MB (files).`,
  );
}
