import type { GirderDocument, TransferOptions, UploadTarget } from '../../task/girder/girderClient.ts';
import { GirderError } from '../wire/girderError.ts';
import { chunkBytes, type ReadAt } from './content.ts';
import { type GirderApi, idIn } from './girderApi.ts';
import { listDocuments } from './listDocuments.ts';

/** How often a chunk is sent again before the upload fails. */
const repetitions = 4;

/** Sends the chunks of an upload that Girder has created. After a chunk that failed, Girder is asked where to go on. */
export async function sendChunks(
  api: GirderApi,
  created: GirderDocument,
  target: UploadTarget,
  readAt: ReadAt,
  { onProgress, signal }: TransferOptions,
): Promise<GirderDocument> {
  const { sizeBytes } = target;
  if (sizeBytes === 0) return created; // Girder returns the file itself.
  const uploadId = created._id;
  const request = { signal };
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
    const request = { parameters: { uploadId }, signal };
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
    for await (const file of listDocuments(api, `item/${idIn(item)}/files`)) {
      if (file.name === name && file.size === sizeBytes) return file;
    }
  }
  throw lost;
}

export function assertLength(data: Uint8Array, expected: number, { name, sizeBytes }: UploadTarget): void {
  if (data.byteLength === expected) return;
  throw new GirderError('INCOMPLETE', `"${name}" has fewer than the ${sizeBytes} bytes that were announced.`);
}
