import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GirderClient, TransferOptions } from 'girder-worker/utils';
import { describe, type Fields, own, textOf } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { freePath, safeFileName } from '../run/temporaryFolder.ts';
import { collect, readBounded, textOrBytes } from './content.ts';
import { clientOf } from './girder.ts';
import type { FetchTarget } from './transfer.ts';

/** Downloads a file, an item or a folder of Girder. For the target `memory`, a file, or an item of one file. */
export async function fetchFromGirder(binding: Fields, target: FetchTarget, context: RunContext): Promise<unknown> {
  const id = required(binding, 'id');
  const name = required(binding, 'name');
  const kind = (textOf(binding, 'resource_type', 'the binding') ?? 'file').toLowerCase();
  const client = await clientOf(binding, context.girder);
  const { maxDataBytes } = context.settings;
  const subject = `The ${kind} "${name}" of Girder`;
  if (target.kind === 'memory' && kind === 'file') {
    const stream = client.downloadStream(id, { signal: context.signal });
    return textOrBytes(await collect(stream, maxDataBytes, subject));
  }
  const path = await download(client, { id, name, kind, withSiblings: own(binding, 'fetch_parent') === true }, context);
  return target.kind === 'memory' ? textOrBytes(await readBounded(path, maxDataBytes, subject)) : path;
}

interface Resource {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** Whether a file is downloaded together with the other files of its item. */
  readonly withSiblings: boolean;
}

async function download(
  client: GirderClient,
  { id, name, kind, withSiblings }: Resource,
  context: RunContext,
): Promise<string> {
  const options = { signal: context.signal };
  const folder = await context.temporaryFolder();
  switch (kind) {
    case 'folder': {
      const path = freePath(folder, name);
      await mkdir(path);
      await client.downloadFolder(id, path, options);
      return path;
    }
    case 'item':
      return client.downloadItem(id, folder, { ...options, name: safeFileName(name) });
    case 'file': {
      if (withSiblings) return downloadWithSiblings(client, id, folder, context, options);
      const path = freePath(folder, name);
      await client.downloadFile(id, path, options);
      return path;
    }
    default:
      throw new Error(`"resource_type" of a Girder input must be "file", "item" or "folder", got "${kind}".`);
  }
}

/** Downloads all files of the item of a file into a folder with the name of the item. Returns the path of the file. */
async function downloadWithSiblings(
  client: GirderClient,
  fileId: string,
  folder: string,
  { checkpoint }: RunContext,
  options: TransferOptions,
): Promise<string> {
  const file = await client.get<Fields>(`file/${encodeURIComponent(fileId)}`);
  const item = await client.get<Fields>(`item/${encodeURIComponent(required(file, 'itemId'))}`);
  const itemFolder = freePath(folder, required(item, 'name'));
  await mkdir(itemFolder);
  let found: string | undefined;
  for await (const sibling of client.list(`item/${encodeURIComponent(required(item, '_id'))}/files`)) {
    checkpoint();
    const path = join(itemFolder, safeFileName(required(sibling, 'name')));
    await client.downloadFile(sibling._id, path, options);
    if (sibling._id === fileId) found = path;
  }
  if (found === undefined) throw new Error(`The item of file ${fileId} of Girder does not list the file.`);
  return found;
}

function required(fields: Fields, key: string): string {
  const value = own(fields, key);
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`A Girder input needs "${key}", got ${describe(value)}.`);
}
