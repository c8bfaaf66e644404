/** Values by name, sent as the query of a request. Objects and lists are sent as JSON; undefined and null are left out. */
export type GirderParameters = Readonly<Record<string, unknown>>;

/** A document of Girder: a file, an item, a folder, a job, … */
export interface GirderDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

export interface GirderRequestOptions {
  /** Sent as a JSON body. */
  readonly json?: unknown;
  /** Sent as the body, as it is. */
  readonly data?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the request when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface TransferOptions {
  /** Called after each chunk with the bytes so far, and the bytes in all. */
  readonly onProgress?: (progress: { readonly currentBytes: number; readonly totalBytes: number }) => void;
  /** Ends the transfer when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface UploadOptions extends TransferOptions {
  /** @default the name of the local file */
  readonly filename?: string;
  /** @default guessed from the name of the file */
  readonly mimeType?: string;
  /** A text for Girder's event `data.process`, which links the file to what it was made for. */
  readonly reference?: string;
}

/** Where an upload creates a file. */
export interface UploadTarget {
  readonly parentType: 'item' | 'folder';
  readonly parentId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly mimeType?: string | undefined;
  readonly reference?: string | undefined;
}

/**
 * The REST API of a Girder server, with the token of a task: `this.girderClient`. Paths have no leading slash:
 * `get('item/5f…')`. Transfers of files stream, and resume after a connection that was lost.
 *
 * All methods reject with GirderError, which has the status and the text of Girder's answer.
 */
export interface GirderClient {
  /** The base of the API: `https://girder.example.org/api/v1`. */
  readonly apiUrl: string;
  get<T = unknown>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T>;
  post<T = unknown>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T>;
  put<T = unknown>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T>;
  patch<T = unknown>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T>;
  delete<T = unknown>(path: string, parameters?: GirderParameters, options?: GirderRequestOptions): Promise<T>;
  /** The documents of a collection one after the other, requested in pages: `list('item', { folderId })`. */
  list(path: string, parameters?: GirderParameters): AsyncIterable<GirderDocument>;
  /** The document at a path such as `/collection/Data/images/a.png` or `/user/admin/Private`. */
  resourceLookup(path: string): Promise<GirderDocument>;

  /** Downloads a file to a local path. Resolves to the number of bytes. */
  downloadFile(fileId: string, path: string, options?: TransferOptions): Promise<number>;
  /** The content of a file as a stream. */
  downloadStream(fileId: string, options?: TransferOptions): AsyncIterable<Uint8Array>;
  /**
   * Downloads an item into a local folder, as Girder's Python client does: an item with one file of its name becomes a file,
   * any other a folder of files. `name` counts as the name of the item. Resolves to the local path.
   */
  downloadItem(itemId: string, folder: string, options?: TransferOptions & { readonly name?: string }): Promise<string>;
  /** Downloads the items and folders of a folder into a local folder, recursively. */
  downloadFolder(folderId: string, folder: string, options?: TransferOptions): Promise<void>;

  /** Uploads a local file to an item. A file of the same name is replaced; one of the same name and size is kept. */
  uploadFileToItem(itemId: string, path: string, options?: UploadOptions): Promise<GirderDocument>;
  /** Uploads a local file to a folder, as a new item. Resolves to the file. */
  uploadFileToFolder(folderId: string, path: string, options?: UploadOptions): Promise<GirderDocument>;
  /** Uploads content from memory, or from a stream of `target.sizeBytes` bytes. Resolves to the file. */
  upload(
    target: UploadTarget,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options?: TransferOptions,
  ): Promise<GirderDocument>;
  createFolder(parentId: string, name: string, options?: { readonly reuseExisting?: boolean }): Promise<GirderDocument>;
  createItem(folderId: string, name: string, options?: { readonly reuseExisting?: boolean }): Promise<GirderDocument>;
  /** Adds metadata to an item. Keys that are not named stay; a key whose value is null is removed. */
  addMetadataToItem(itemId: string, metadata: Readonly<Record<string, unknown>>): Promise<GirderDocument>;
}
