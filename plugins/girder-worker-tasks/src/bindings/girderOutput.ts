import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { GirderClient, UploadOptions } from 'girder-worker/utils';
import { type Fields, fieldsOf, isFields, own, textOf } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { parseJson } from '../types/json.ts';
import { bytesOf, readBounded } from './content.ts';
import { clientOf } from './girder.ts';
import type { Produced } from './transfer.ts';

/** The most bytes of an output that is stored as metadata. */
const maxMetadataBytes = 4 * 1024 * 1024;

/** What an upload needs besides its content. */
interface Upload {
  readonly client: GirderClient;
  readonly binding: Fields;
  readonly options: UploadOptions;
  readonly checkpoint: () => void;
}

/** Uploads an output to Girder: as a file, as the files of a folder or, with `as_metadata`, as metadata. */
export async function pushToGirder(output: Produced, binding: Fields, context: RunContext): Promise<void> {
  const client = await clientOf(binding, context.girder, { needsToken: true });
  const reference = textOf(binding, 'reference', 'the binding');
  const options = { signal: context.signal, ...(reference !== undefined && { reference }) };
  const upload = { client, binding, options, checkpoint: () => context.checkpoint() };
  if (own(binding, 'as_metadata') === true) await pushMetadata(output, upload);
  else if (output.kind === 'file' && (await stat(output.path)).isDirectory()) await pushFolder(output.path, upload);
  else await pushFile(output, upload);
}

async function pushMetadata(output: Produced, { client, binding }: Upload): Promise<void> {
  const { subject } = output;
  const bytes =
    output.kind === 'memory'
      ? bytesOf(output.data, subject)
      : await readBounded(output.path, maxMetadataBytes, subject);
  if (bytes.length > maxMetadataBytes) {
    throw new Error(`${subject} has ${bytes.length} bytes. Metadata in Girder may have at most ${maxMetadataBytes}.`);
  }
  const metadata = parseJson(new TextDecoder().decode(bytes));
  if (!isFields(metadata)) throw new Error(`${subject} is stored as metadata, so it must be a JSON object.`);
  const parentId = textOf(binding, 'parent_id', 'the binding');
  const itemId = parentId === undefined ? textOf(binding, 'item_id', 'the binding') : undefined;
  if (parentId !== undefined) {
    const name = nameOf(output, binding);
    const item = await client.createItem(parentId, name);
    await client.addMetadataToItem(item._id, metadata);
  } else if (itemId !== undefined) {
    await client.addMetadataToItem(itemId, metadata);
  } else {
    throw new Error('The binding of a Girder metadata output needs "parent_id" (a folder) or "item_id".');
  }
}

async function pushFile(output: Produced, { client, binding, options }: Upload): Promise<void> {
  const target = {
    parentId: parentIdOf(binding),
    parentType: parentTypeOf(binding),
    name: nameOf(output, binding),
    reference: options.reference,
  };
  const file =
    output.kind === 'file'
      ? await client.upload(
          { ...target, sizeBytes: (await stat(output.path)).size },
          createReadStream(output.path),
          options,
        )
      : await uploadBytes(client, target, bytesOf(output.data, output.subject), options);
  if (!Object.hasOwn(binding, 'metadata')) return;
  await client.addMetadataToItem(String(file.itemId), fieldsOf(binding, 'metadata', 'the binding'));
}

function uploadBytes(
  client: GirderClient,
  target: Omit<Parameters<GirderClient['upload']>[0], 'sizeBytes'>,
  bytes: Uint8Array,
  options: UploadOptions,
): ReturnType<GirderClient['upload']> {
  return client.upload({ ...target, sizeBytes: bytes.length }, bytes, options);
}

/** Uploads the files of a folder to an item, or a folder with all that is in it to a folder. */
async function pushFolder(path: string, upload: Upload): Promise<void> {
  const { client, binding, options, checkpoint } = upload;
  const parentId = parentIdOf(binding);
  if (parentTypeOf(binding) === 'folder') return uploadFolder(path, parentId, upload);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    checkpoint();
    if (entry.isFile()) await client.uploadFileToItem(parentId, join(path, entry.name), options);
  }
}

/** Uploads what is in a folder. Symbolic links are left out: their targets may lie elsewhere. */
async function uploadFolder(path: string, parentId: string, upload: Upload): Promise<void> {
  const { client, options, checkpoint } = upload;
  const folder = await client.createFolder(parentId, basename(path), { reuseExisting: true });
  for (const entry of await readdir(path, { withFileTypes: true })) {
    checkpoint();
    const child = join(path, entry.name);
    if (entry.isDirectory()) await uploadFolder(child, folder._id, upload);
    else if (entry.isFile()) await client.uploadFileToFolder(folder._id, child, options);
  }
}

function parentIdOf(binding: Fields): string {
  const parentId = textOf(binding, 'parent_id', 'the binding');
  if (parentId === undefined) throw new Error('The binding of a Girder output needs "parent_id".');
  return parentId;
}

function parentTypeOf(binding: Fields): 'item' | 'folder' {
  const parentType = textOf(binding, 'parent_type', 'the binding') ?? 'folder';
  if (parentType === 'item' || parentType === 'folder') return parentType;
  throw new Error(`"parent_type" of a Girder output must be "item" or "folder", got "${parentType}".`);
}

function nameOf(output: Produced, binding: Fields): string {
  const name = textOf(binding, 'name', 'the binding') || (output.kind === 'file' ? basename(output.path) : undefined);
  if (name === undefined) throw new Error('The binding of a Girder output needs "name".');
  return name;
}
