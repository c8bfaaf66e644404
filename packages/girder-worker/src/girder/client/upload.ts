import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { lookup } from 'mrmime';
import type { GirderDocument, TransferOptions, UploadOptions, UploadTarget } from '../../task/girder/girderClient.ts';
import { GirderError } from '../wire/girderError.ts';
import type { GirderApi } from './girderApi.ts';
import { listDocuments } from './listDocuments.ts';

/**
 * The bytes of one request. Assetstores on S3 take no less than 5 MiB, and a function may have no more than 128 MB of memory
 * in all.
 */
const chunkBytes = 8 * 1024 * 1024;

/** How often a chunk is sent again before the upload fails. */
const repetitions = 4;

/** Returns up to `length` bytes from a position on; fewer only at the end. */
type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** Uploads a local file to an item. A file of the same name and size is kept; one of another size is replaced. */
export async function uploadFileToItem(
  api: GirderApi,
  itemId: string,
  path: string,
  options: UploadOptions = {},
): Promise<GirderDocument> {
  const target = await targetOf('item', itemId, path, options);
  for await (const file of listDocuments(api, `item/${encodeURIComponent(itemId)}/files`, {}, options.signal)) {
    if (file.name !== target.name) continue;
    if (file.size === target.sizeBytes) return file;
    const { sizeBytes: size, reference } = target;
    const contents = await api.json<GirderDocument>('PUT', `file/${file._id}/contents`, {
      parameters: { size, reference },
    });
    return withFile(path, (readAt) => sendChunks(api, contents, target, readAt, options));
  }
  return withFile(path, (readAt) => uploadChunks(api, target, readAt, options));
}

/** Uploads a local file to a folder, as a new item. A small file takes one request. */
export async function uploadFileToFolder(
  api: GirderApi,
  folderId: string,
  path: string,
  options: UploadOptions = {},
): Promise<GirderDocument> {
  const target = await targetOf('folder', folderId, path, options);
  return withFile(path, (readAt) => upload(api, target, readAt, options));
}

/** Uploads what `readAt` returns. */
export async function upload(
  api: GirderApi,
  target: UploadTarget,
  readAt: ReadAt,
  options: TransferOptions = {},
): Promise<GirderDocument> {
  const { sizeBytes } = target;
  if (sizeBytes === 0 || sizeBytes > chunkBytes) return uploadChunks(api, target, readAt, options);
  const data = await readAt(0, sizeBytes);
  assertLength(data, sizeBytes, target);
  const file = await api.json<GirderDocument>('POST', 'file', { ...fileRequest(target, options), data });
  options.onProgress?.({ currentBytes: sizeBytes, totalBytes: sizeBytes });
  return file;
}

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

/** Uploads a local file as an artifact of a job, in one request, which is repeated from its beginning if it fails. */
export async function uploadArtifact(
  api: GirderApi,
  jobId: string,
  path: string,
  { name = basename(path), signal }: { readonly name?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { size: sizeBytes } = await stat(path);
  const parameters = { name, size: sizeBytes, mimeType: mimeTypeOf(name) };
  const data = { sizeBytes, open: () => createReadStream(path) };
  const send = () =>
    api.json('POST', `job/${encodeURIComponent(jobId)}/artifact`, { parameters, data, ...(signal && { signal }) });
  await api.repeated(send, signal);
}

async function uploadChunks(
  api: GirderApi,
  target: UploadTarget,
  readAt: ReadAt,
  options: TransferOptions,
): Promise<GirderDocument> {
  const created = await api.json<GirderDocument>('POST', 'file', fileRequest(target, options));
  return sendChunks(api, created, target, readAt, options);
}

/** Sends the chunks of an upload that Girder has created. After a chunk that failed, Girder is asked where to go on. */
async function sendChunks(
  api: GirderApi,
  created: GirderDocument,
  target: UploadTarget,
  readAt: ReadAt,
  { onProgress, signal }: TransferOptions,
): Promise<GirderDocument> {
  const { sizeBytes } = target;
  if (sizeBytes === 0) return created; // Girder returns the file itself.
  const uploadId = created._id;
  const request = { ...(signal && { signal }) };
  let answer = created;
  for (let offset = 0, failures = 0; offset < sizeBytes; ) {
    const length = Math.min(chunkBytes, sizeBytes - offset);
    const data = await readAt(offset, length);
    assertLength(data, length, target);
    try {
      const headers = { 'content-type': 'application/octet-stream' };
      answer = await api.json('POST', 'file/chunk', { ...request, parameters: { offset, uploadId }, data, headers });
      offset += length;
      failures = 0;
      onProgress?.({ currentBytes: offset, totalBytes: sizeBytes });
    } catch (error) {
      if (!(error instanceof GirderError && error.isTransient) || ++failures > repetitions) throw error;
      const next = await nextOffset(api, uploadId, signal);
      if (next !== undefined) offset = next;
      else return uploadedFile(api, target, error); // Girder has received all of it, and only the answer was lost.
    }
  }
  return answer;
}

/** The position at which an upload goes on; undefined if Girder knows no such upload any more. */
async function nextOffset(
  api: GirderApi,
  uploadId: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  try {
    const request = { parameters: { uploadId }, ...(signal && { signal }) };
    return (await api.json<{ readonly offset: number }>('GET', 'file/offset', request)).offset;
  } catch (error) {
    if (error instanceof GirderError && error.status === 400) return undefined;
    throw error;
  }
}

/** The file that an upload has made. Throws `lost` if there is none. */
async function uploadedFile(api: GirderApi, target: UploadTarget, lost: GirderError): Promise<GirderDocument> {
  const { parentType, parentId, name, sizeBytes } = target;
  const items: string[] = parentType === 'item' ? [parentId] : [];
  if (parentType === 'folder') {
    for await (const { _id } of listDocuments(api, 'item', { folderId: parentId, name })) items.push(_id);
  }
  for (const item of items) {
    for await (const file of listDocuments(api, `item/${encodeURIComponent(item)}/files`)) {
      if (file.name === name && file.size === sizeBytes) return file;
    }
  }
  throw lost;
}

function fileRequest(
  { parentType, parentId, name, sizeBytes, mimeType, reference }: UploadTarget,
  { signal }: TransferOptions,
) {
  const parameters = { parentType, parentId, name, size: sizeBytes, mimeType: mimeType ?? mimeTypeOf(name), reference };
  return { parameters, ...(signal && { signal }) };
}

async function targetOf(
  parentType: UploadTarget['parentType'],
  parentId: string,
  path: string,
  { filename, mimeType, reference }: UploadOptions,
): Promise<UploadTarget> {
  const { size: sizeBytes } = await stat(path);
  return { parentType, parentId, name: filename ?? basename(path), sizeBytes, mimeType, reference };
}

/** Each read overwrites what the one before it has returned: a new buffer for each chunk would fill the memory with garbage. */
async function withFile<T>(path: string, use: (readAt: ReadAt) => Promise<T>): Promise<T> {
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

function assertLength(data: Uint8Array, expected: number, { name, sizeBytes }: UploadTarget): void {
  if (data.byteLength === expected) return;
  throw new GirderError('INCOMPLETE', `"${name}" has fewer than the ${sizeBytes} bytes that were announced.`);
}

function mimeTypeOf(name: string): string {
  return lookup(name) ?? 'application/octet-stream';
}
