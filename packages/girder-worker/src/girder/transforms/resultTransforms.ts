import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { UploadOptions } from '../../task/girder/girderClient.ts';
import type { GirderClient } from '../client/girderClient.ts';
import { GirderError } from '../wire/girderError.ts';
import { filesAt, isFile, pathIn, typeOf } from './localPath.ts';
import { ResultTransform, type TransformClient, type TransformContext } from './transform.ts';

export interface UploadTransformOptions {
  /** Deletes the local file or folder after the upload. @default false */
  readonly deleteFile?: boolean;
  /** Options of the uploads. */
  readonly uploadOptions?: Pick<UploadOptions, 'reference' | 'mimeType' | 'filename'>;
}

/** A transform of a result that is the path of a local file or folder. */
abstract class UploadTransform extends ResultTransform {
  readonly id: string;
  readonly options: UploadTransformOptions;

  /** @param client the Girder server and a token. @default those of the task that sends */
  constructor(id: string, options: UploadTransformOptions = {}, client?: TransformClient) {
    super(client);
    this.id = id;
    this.options = options;
  }

  protected override subject(): string {
    return this.id;
  }

  protected uploadAttributes() {
    const { deleteFile = false, uploadOptions = {} } = this.options;
    return { delete_file: deleteFile, upload_kwargs: uploadOptions };
  }

  protected uploadOptionsFor(path: string, { signal, onProgress }: TransformContext): UploadOptions {
    return { ...this.options.uploadOptions, signal, onProgress: onProgress(`Uploading ${basename(path)}`) };
  }

  override async cleanUp(value: unknown): Promise<void> {
    if (this.options.deleteFile && typeof value === 'string') await rm(value, { recursive: true, force: true });
  }
}

/** Uploads the file, or the files of the folder, to an item. The result becomes the id of the item. */
export class GirderUploadToItem extends UploadTransform {
  override readonly className = 'GirderUploadToItem';
  protected override attributes() {
    return { item_id: this.id, ...this.uploadAttributes() };
  }

  override withClient(client: TransformClient): GirderUploadToItem {
    return new GirderUploadToItem(this.id, this.options, client);
  }

  override async transform(value: unknown, context: TransformContext): Promise<string> {
    const client = context.client(this);
    for (const file of await filesAt(pathIn(value, this))) {
      await client.uploadFileToItem(this.id, file, this.uploadOptionsFor(file, context));
    }
    return this.id;
  }
}

export interface UploadToFolderOptions extends UploadTransformOptions {
  /** False: a path that does not exist is no error, and the result becomes null. @default true */
  readonly mustExist?: boolean;
}

/** Uploads the file, or the folder with all that it contains, to a folder. The result becomes the id of the folder. */
export class GirderUploadToFolder extends UploadTransform {
  override readonly className = 'GirderUploadToFolder';
  declare readonly options: UploadToFolderOptions;

  constructor(id: string, options: UploadToFolderOptions = {}, client?: TransformClient) {
    super(id, options, client);
  }

  protected override attributes() {
    return { folder_id: this.id, ...this.uploadAttributes(), must_exist: this.options.mustExist ?? true };
  }

  override withClient(client: TransformClient): GirderUploadToFolder {
    return new GirderUploadToFolder(this.id, this.options, client);
  }

  override async transform(value: unknown, context: TransformContext): Promise<string | null> {
    const path = pathIn(value, this);
    const found = await stat(path).catch(() => undefined);
    if (!found && this.options.mustExist === false) return null;
    const client = context.client(this);
    if (found?.isDirectory()) await this.#uploadFolder(client, path, this.id, context);
    else await client.uploadFileToFolder(this.id, path, this.uploadOptionsFor(path, context));
    return this.id;
  }

  async #uploadFolder(client: GirderClient, path: string, folderId: string, context: TransformContext): Promise<void> {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        const folder = await client.createFolder(folderId, entry.name, { reuseExisting: true });
        await this.#uploadFolder(client, child, folder._id, context);
      } else if (await isFile(child)) {
        await client.uploadFileToFolder(folderId, child, this.uploadOptionsFor(child, context));
      }
    }
  }
}

/** Attaches the file, or the files of the folder, to a job as artifacts, as far as they exist. The result becomes null. */
export class GirderUploadJobArtifact extends ResultTransform {
  override readonly className = 'GirderUploadJobArtifact';
  readonly jobId: string | undefined;
  readonly artifactName: string | undefined;

  /** @param jobId @default the job of the task; `name` replaces the name of a single file */
  constructor(
    { jobId, name }: { readonly jobId?: string | undefined; readonly name?: string | undefined } = {},
    client?: TransformClient,
  ) {
    super(client);
    this.jobId = jobId;
    this.artifactName = name;
  }

  protected override attributes() {
    return { job_id: this.jobId ?? null, name: this.artifactName ?? null };
  }

  protected override subject(): string {
    return this.jobId ?? 'None';
  }

  override withClient(client: TransformClient): GirderUploadJobArtifact {
    return new GirderUploadJobArtifact({ jobId: this.jobId, name: this.artifactName }, client);
  }

  /** The same transform for this job. */
  withJobId(jobId: string): GirderUploadJobArtifact {
    return new GirderUploadJobArtifact({ jobId, name: this.artifactName }, this.client);
  }

  override async transform(value: unknown, context: TransformContext): Promise<null> {
    const path = pathIn(value, this);
    const jobId = this.jobId ?? context.jobId;
    if (jobId === undefined) throw new GirderError('MALFORMED', `${this} needs the id of a job: its task has none.`);
    const found = await stat(path).catch(() => undefined);
    if (!found) return null;
    const client = context.client(this);
    const name = found.isDirectory() ? undefined : this.artifactName;
    for (const file of await filesAt(path)) {
      await client.uploadArtifact(jobId, file, { ...(name !== undefined && { name }), signal: context.signal });
    }
    return null;
  }
}

/** Adds the result, an object, to the metadata of an item. The result stays as it is. */
export class GirderItemMetadata extends ResultTransform {
  override readonly className = 'GirderItemMetadata';
  readonly id: string;

  constructor(id: string, client?: TransformClient) {
    super(client);
    this.id = id;
  }

  protected override attributes() {
    return { item_id: this.id };
  }

  protected override subject(): string {
    return this.id;
  }

  override withClient(client: TransformClient): GirderItemMetadata {
    return new GirderItemMetadata(this.id, client);
  }

  override async transform(value: unknown, context: TransformContext): Promise<unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new TypeError(`${this} needs an object of metadata, but the task returned ${typeOf(value)}.`);
    }
    await context.client(this).addMetadataToItem(this.id, value as Readonly<Record<string, unknown>>);
    return value;
  }
}
