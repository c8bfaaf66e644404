import type {
  GirderDocument,
  GirderParameters,
  GirderClient as GirderPort,
  GirderRequestOptions,
  TransferOptions,
  UploadOptions,
  UploadTarget,
} from '../../task/girder/girderClient.ts';
import type { GirderSession } from '../wire/girderHeaders.ts';
import { GirderServers } from '../wire/girderServers.ts';
import { readerOf } from './content.ts';
import { downloadFile, downloadFolder, downloadItem, downloadStream } from './download.ts';
import { GirderApi, idIn } from './girderApi.ts';
import { listDocuments } from './listDocuments.ts';
import { upload, uploadArtifact, uploadFileToFolder, uploadFileToItem } from './upload.ts';

export interface GirderClientOptions {
  /** The base of the REST API: `https://girder.example.org/api/v1`. */
  readonly apiUrl: string;
  /** @default no token: only public documents can be read */
  readonly token?: string | undefined;
  /** How a message names the configured server, if by another address: an `apiUrl` below it means that server. */
  readonly namedApiUrl?: string | undefined;
  /** Headers of all calls, and how certificates are verified. */
  readonly session?: GirderSession | undefined;
  /** The servers that may be called. @default those of the variable GIRDER_WORKER_API_URL */
  readonly servers?: GirderServers;
}

/**
 * A client of a Girder server's REST API. It calls only servers that GIRDER_WORKER_API_URL names, as the URL may come from a
 * message. Throws GirderError NOT_CONFIGURED or URL_NOT_ALLOWED for any other.
 *
 * @example
 * const girder = new GirderClient({ apiUrl: 'https://girder.example.org/api/v1', token });
 * await girder.get('item', { folderId });
 */
export class GirderClient implements GirderPort {
  readonly apiUrl: string;
  readonly #api: GirderApi;

  constructor({ apiUrl, token, session, namedApiUrl, servers = new GirderServers(process.env) }: GirderClientOptions) {
    this.apiUrl = servers.resolveApiUrl(apiUrl, namedApiUrl);
    this.#api = new GirderApi({ apiUrl: this.apiUrl, servers, token, session });
  }

  get<T>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T> {
    return this.#api.json('GET', path, { ...options, parameters });
  }

  post<T>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T> {
    return this.#api.json('POST', path, { ...options, parameters });
  }

  put<T>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T> {
    return this.#api.json('PUT', path, { ...options, parameters });
  }

  patch<T>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T> {
    return this.#api.json('PATCH', path, { ...options, parameters });
  }

  delete<T>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T> {
    return this.#api.json('DELETE', path, { ...options, parameters });
  }

  list(path: string, parameters?: GirderParameters): AsyncIterable<GirderDocument> {
    return listDocuments(this.#api, path, parameters);
  }

  resourceLookup(path: string): Promise<GirderDocument> {
    return this.get('resource/lookup', { path });
  }

  downloadFile(fileId: string, path: string, options?: TransferOptions): Promise<number> {
    return downloadFile(this.#api, fileId, path, options);
  }

  downloadStream(fileId: string, options?: TransferOptions): AsyncIterable<Uint8Array> {
    return downloadStream(this.#api, fileId, options);
  }

  downloadItem(
    itemId: string,
    folder: string,
    options?: TransferOptions & { readonly name?: string },
  ): Promise<string> {
    return downloadItem(this.#api, itemId, folder, options);
  }

  downloadFolder(folderId: string, folder: string, options?: TransferOptions): Promise<void> {
    return downloadFolder(this.#api, folderId, folder, options);
  }

  uploadFileToItem(itemId: string, path: string, options?: UploadOptions): Promise<GirderDocument> {
    return uploadFileToItem(this.#api, itemId, path, options);
  }

  uploadFileToFolder(folderId: string, path: string, options?: UploadOptions): Promise<GirderDocument> {
    return uploadFileToFolder(this.#api, folderId, path, options);
  }

  upload(
    target: UploadTarget,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options?: TransferOptions,
  ): Promise<GirderDocument> {
    return upload(this.#api, target, readerOf(content), options);
  }

  createFolder(
    parentId: string,
    name: string,
    options: { readonly reuseExisting?: boolean } = {},
  ): Promise<GirderDocument> {
    return this.post('folder', { parentId, parentType: 'folder', name, ...options });
  }

  createItem(
    folderId: string,
    name: string,
    options: { readonly reuseExisting?: boolean } = {},
  ): Promise<GirderDocument> {
    return this.post('item', { folderId, name, ...options });
  }

  async addMetadataToItem(itemId: string, metadata: Readonly<Record<string, unknown>>): Promise<GirderDocument> {
    return this.put(`item/${idIn(itemId)}/metadata`, {}, { json: metadata });
  }

  /** Uploads a local file as an artifact of a job. `name` replaces the name of the file. */
  uploadArtifact(
    jobId: string,
    path: string,
    options: TransferOptions & { readonly name?: string } = {},
  ): Promise<void> {
    return uploadArtifact(this.#api, jobId, path, options);
  }
}
