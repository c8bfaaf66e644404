import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { lookup } from 'mrmime';
import type { GirderDocument, TransferOptions, UploadOptions, UploadTarget } from '../../task/girder/girderClient.ts';
import { chunkBytes, type ReadAt, withFile } from './content.ts';
import { type GirderApi, idIn } from './girderApi.ts';
import { listDocuments } from './listDocuments.ts';
import { assertLength, sendChunks } from './uploadChunks.ts';

/** Uploads a local file to an item. A file of the same name and size is kept; one of another size is replaced. */
export async function uploadFileToItem(
  api: GirderApi,
  itemId: string,
  path: string,
  options: UploadOptions = {},
): Promise<GirderDocument> {
  const target = await targetOf('item', itemId, path, options);
  for await (const file of listDocuments(api, `item/${idIn(itemId)}/files`, {}, options.signal)) {
    if (file.name !== target.name) continue;
    if (file.size === target.sizeBytes) return file;
    const { sizeBytes: size, reference } = target;
    const contents = await api.json<GirderDocument>('PUT', `file/${idIn(file._id)}/contents`, {
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

/** Uploads a local file as an artifact of a job, in one request, which is repeated from its beginning if it fails. */
export async function uploadArtifact(
  api: GirderApi,
  jobId: string,
  path: string,
  { name = basename(path), signal }: { readonly name?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { size: sizeBytes } = await stat(path);
  const parameters = { name, size: sizeBytes, mimeType: mimeTypeOf(name) };
  const data = {
    sizeBytes,
    open: () => (sizeBytes > 0 ? createReadStream(path, { end: sizeBytes - 1 }) : Readable.from([])),
  };
  const send = () => api.json('POST', `job/${idIn(jobId)}/artifact`, { parameters, data, signal });
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

function fileRequest(
  { parentType, parentId, name, sizeBytes, mimeType, reference }: UploadTarget,
  { signal }: TransferOptions,
) {
  const parameters = { parentType, parentId, name, size: sizeBytes, mimeType: mimeType ?? mimeTypeOf(name), reference };
  return { parameters, signal };
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

function mimeTypeOf(name: string): string {
  return lookup(name) ?? 'application/octet-stream';
}
