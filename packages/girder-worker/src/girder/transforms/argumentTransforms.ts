import { join } from 'node:path';
import { safeName } from '../files/safeName.ts';
import { ArgumentTransform, type TransformClient, type TransformContext } from './transform.ts';

/** A transform of one document of Girder. */
abstract class DocumentTransform extends ArgumentTransform {
  readonly id: string;
  /** The attribute of Python's object that has the id. */
  protected abstract readonly idAttribute: string;

  /** @param client the Girder server and a token. @default those of the task that sends */
  constructor(id: string, client?: TransformClient) {
    super(client);
    this.id = id;
  }

  protected override attributes() {
    return { [this.idAttribute]: this.id };
  }

  protected override subject(): string {
    return this.id;
  }

  override withClient(client: TransformClient): DocumentTransform {
    return new (this.constructor as new (id: string, client: TransformClient) => DocumentTransform)(this.id, client);
  }

  protected transferOptions({ signal, onProgress }: TransformContext) {
    return { signal, onProgress: onProgress(`Downloading ${this}`) };
  }
}

/** The task gets the path of a local copy of this file. */
export class GirderFileId extends DocumentTransform {
  override readonly className = 'GirderFileId';
  protected override readonly idAttribute = 'file_id';

  override async transform(context: TransformContext): Promise<string> {
    const path = join(await context.createFolder(), safeName(this.id));
    await context.client(this).downloadFile(this.id, path, this.transferOptions(context));
    return path;
  }
}

/** The task gets the path of a local folder with the files of this item. */
export class GirderItemId extends DocumentTransform {
  override readonly className = 'GirderItemId';
  protected override readonly idAttribute = 'item_id';

  override async transform(context: TransformContext): Promise<string> {
    const options = { ...this.transferOptions(context), name: this.id };
    return context.client(this).downloadItem(this.id, await context.createFolder(), options);
  }
}

/** The task gets the path of a local folder with the items and folders of this folder. */
export class GirderFolderId extends DocumentTransform {
  override readonly className = 'GirderFolderId';
  protected override readonly idAttribute = 'folder_id';

  override async transform(context: TransformContext): Promise<string> {
    const path = join(await context.createFolder(), safeName(this.id));
    await context.client(this).downloadFolder(this.id, path, this.transferOptions(context));
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
    return this.className;
  }

  protected override subject(): string {
    return '';
  }

  override transform(context: TransformContext): Promise<string> {
    return context.createFolder();
  }
}
