import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { GirderDocument, TransferOptions } from '../../task/girder/girderClient.ts';
import { collectBuffers } from '../files/collectBuffers.ts';
import { safeName } from '../files/safeName.ts';
import { GirderError } from '../wire/girderError.ts';
import { type GirderApi, idIn } from './girderApi.ts';
import { listDocuments } from './listDocuments.ts';

/** The bytes after which the buffers of a download are freed. */
const collectEveryBytes = 8 * 1024 * 1024;

/**
 * The content of a file, in order. A connection that is lost is opened again at the position that was reached. Throws
 * GirderError INCOMPLETE if the content has not the size that Girder states.
 */
export async function* downloadStream(
  api: GirderApi,
  fileId: string,
  { onProgress, signal }: TransferOptions = {},
): AsyncGenerator<Uint8Array> {
  const path = `file/${idIn(fileId)}`;
  const { size } = await api.json<GirderDocument>('GET', path, { signal });
  const totalBytes = Number(size);
  let currentBytes = 0;
  let collectedBytes = 0;
  for (let isDone = false, losses = 0; !isDone; ) {
    const startBytes = currentBytes;
    const { body, headers, errorOf } = await api.repeated(
      () => api.open(`${path}/download`, startBytes, signal),
      signal,
    );
    // A storage that knows no ranges sends the file from its beginning.
    let toSkip = startBytes > 0 && isWhole(headers['content-length'], totalBytes) ? startBytes : 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        const rest = chunk.subarray(Math.min(toSkip, chunk.byteLength));
        toSkip -= chunk.byteLength - rest.byteLength;
        if (rest.byteLength === 0) continue;
        currentBytes += rest.byteLength;
        if (currentBytes > totalBytes) break;
        yield rest;
        onProgress?.({ currentBytes, totalBytes });
        if (currentBytes - collectedBytes < collectEveryBytes) continue;
        collectBuffers();
        collectedBytes = currentBytes;
      }
      isDone = true;
    } catch (error) {
      const failure = errorOf(error);
      losses = currentBytes > startBytes ? 0 : losses + 1;
      if (!(failure instanceof GirderError) || losses > 3) throw failure;
    }
  }
  if (currentBytes !== totalBytes) {
    const message = `File ${fileId} has ${totalBytes} bytes, but Girder sent ${currentBytes > totalBytes ? 'more' : currentBytes}.`;
    throw new GirderError('INCOMPLETE', message);
  }
}

/** Downloads a file to a local path. If it fails, no file is left. Resolves to the number of bytes. */
export async function downloadFile(
  api: GirderApi,
  fileId: string,
  path: string,
  options: TransferOptions = {},
): Promise<number> {
  const target = createWriteStream(path);
  const closed = new Promise<void>((resolve) => target.once('close', resolve));
  try {
    await pipeline(downloadStream(api, fileId, options), target);
  } catch (error) {
    await closed; // A file that is still being opened is created after it was removed.
    await rm(path, { force: true });
    throw isFull(error) ? fullDisk(fileId, path, error) : error;
  }
  return target.bytesWritten;
}

/** Downloads an item: one file of the item's name becomes a file, anything else a folder. Resolves to the local path. */
export async function downloadItem(
  api: GirderApi,
  itemId: string,
  folder: string,
  { name, ...options }: TransferOptions & { readonly name?: string } = {},
): Promise<string> {
  const { signal } = options;
  const id = idIn(itemId);
  const itemName = name ?? String((await api.json<GirderDocument>('GET', `item/${id}`, { signal })).name);
  const files: GirderDocument[] = [];
  for await (const file of listDocuments(api, `item/${id}/files`, {}, signal)) files.push(file);
  const path = join(folder, safeName(itemName));
  const [only] = files;
  if (files.length === 1 && only && only.name === itemName) {
    await mkdir(folder, { recursive: true });
    await downloadFile(api, only._id, path, options);
    return path;
  }
  await mkdir(path, { recursive: true });
  const names = new Set<string>();
  for (const file of files) {
    const own = safeName(String(file.name));
    const unique = names.has(own) ? safeName(`${file._id}-${own}`) : own;
    names.add(unique);
    await downloadFile(api, file._id, join(path, unique), options);
  }
  return path;
}

/** Downloads the items and folders of a folder into a local folder, recursively. */
export async function downloadFolder(
  api: GirderApi,
  folderId: string,
  folder: string,
  options: TransferOptions = {},
): Promise<void> {
  const { signal } = options;
  await mkdir(folder, { recursive: true });
  for await (const child of listDocuments(api, 'folder', { parentId: folderId, parentType: 'folder' }, signal)) {
    await downloadFolder(api, child._id, join(folder, safeName(String(child.name))), options);
  }
  for await (const item of listDocuments(api, 'item', { folderId }, signal)) {
    await downloadItem(api, item._id, folder, options);
  }
}

function isWhole(contentLength: string | undefined, totalBytes: number): boolean {
  return contentLength !== undefined && Number(contentLength) === totalBytes;
}

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOSPC';
}

function fullDisk(fileId: string, path: string, cause: unknown): Error {
  const advice = 'give the function more ephemeral storage, or read the file with girderClient.downloadStream';
  return Object.assign(new Error(`No space is left for file ${fileId} at ${path}: ${advice}.`, { cause }), {
    code: 'ENOSPC',
  });
}
