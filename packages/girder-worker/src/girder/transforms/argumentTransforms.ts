import { join } from 'node:path';
import { safeName } from '../files/safeName.ts';
import { ArgumentTransform, type TransformClient, type TransformContext } from './transform.ts';

/** A transform of one document of Girder. */
abstract class DocumentTransform extends ArgumentTransform {
  readonly id: string;

  /** @param client the Girder server and a token. @default those of the task that sends */
  constructor(id: string, client?: TransformClient) {
    super(client);
    this.id = id;
  }

  protected override subject(): string {
    return this.id;
  }
}

/** The task gets the path of a local copy of this file. */
export class GirderFileId extends DocumentTransform {
  override readonly className = 'GirderFileId';
  protected override attributes() {
    return { file_id: this.id };
  }

  override withClient(client: TransformClient): GirderFileId {
    return new GirderFileId(this.id, client);
  }

  override async transform(context: TransformContext): Promise<string> {
    const path = join(await context.createFolder(), safeName(this.id));
    await context.client(this).downloadFile(this.id, path, transferOptions(this, context));
    return path;
  }
}

/** The task gets the path of a local folder with the files of this item. */
export class GirderItemId extends DocumentTransform {
  override readonly className = 'GirderItemId';
  protected override attributes() {
    return { item_id: this.id };
  }

  override withClient(client: TransformClient): GirderItemId {
    return new GirderItemId(this.id, client);
  }

  override async transform(context: TransformContext): Promise<string> {
    const options = { ...transferOptions(this, context), name: this.id };
    return context.client(this).downloadItem(this.id, await context.createFolder(), options);
  }
}

/** The task gets the path of a local folder with the items and folders of this folder. */
export class GirderFolderId extends DocumentTransform {
  override readonly className = 'GirderFolderId';
  protected override attributes() {
    return { folder_id: this.id };
  }

  override withClient(client: TransformClient): GirderFolderId {
    return new GirderFolderId(this.id, client);
  }

  override async transform(context: TransformContext): Promise<string> {
    const path = join(await context.createFolder(), safeName(this.id));
    await context.client(this).downloadFolder(this.id, path, transferOptions(this, context));
    return path;
  }
}

/** The task gets the path of an empty folder, which is removed after it. */
export class TemporaryDirectory extends ArgumentTransform {
  override readonly className = 'TemporaryDirectory';
  constructor() {
    super(undefined);
  }

  protected override attributes() {
    return {};
  }

  override withClient(): TemporaryDirectory {
    return this;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { 'py/object': 'girder_worker.utils.transforms.common.TemporaryDirectory' };
  }

  override toString(): string {
    return 'TemporaryDirectory';
  }

  protected override subject(): string {
    return '';
  }

  override transform(context: TransformContext): Promise<string> {
    return context.createFolder();
  }
}

function transferOptions(transform: DocumentTransform, { signal, onProgress }: TransformContext) {
  return { signal, onProgress: onProgress(`Downloading ${transform}`) };
}
