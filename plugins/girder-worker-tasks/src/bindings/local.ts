import { copyFile, lstat, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, type Fields, textOf } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { isWithin } from '../run/temporaryFolder.ts';
import type { Settings } from '../settings.ts';
import { bytesOf, readBounded, textOrBytes } from './content.ts';
import type { FetchTarget, Produced } from './transfer.ts';

/** Reads the file at the `path` of a binding, or returns its path. */
export async function fetchFromLocal(binding: Fields, target: FetchTarget, { settings }: RunContext): Promise<unknown> {
  const path = await allowedPath(pathOf(binding), settings);
  if (!(await stat(path)).isFile()) throw new Error(`"${path}" is no file.`);
  if (target.kind === 'file') return path;
  return textOrBytes(await readBounded(path, settings.maxDataBytes, `The file "${path}"`));
}

/** Writes an output to the file at the `path` of a binding. */
export async function pushToLocal(output: Produced, binding: Fields, { settings }: RunContext): Promise<void> {
  const path = await allowedPath(pathOf(binding), settings);
  if (output.kind === 'file') await copyFile(output.path, path);
  else await writeFile(path, bytesOf(output.data, output.subject));
}

function pathOf(binding: Fields): string {
  const path = textOf(binding, 'path', 'the binding');
  const url = textOf(binding, 'url', 'the binding');
  const found = path ?? (url?.startsWith('file:') ? fileURLToPath(url) : undefined);
  if (found?.startsWith('/')) return found;
  throw new Error(`"path" of a binding of mode "local" must be an absolute path, got ${describe(found ?? url)}.`);
}

/**
 * Returns a path with all symbolic links resolved. Throws unless it is in one of the folders of GIRDER_WORKER_LOCAL_PATHS. The
 * file need not exist, but its folder must.
 */
async function allowedPath(path: string, { localPaths }: Settings): Promise<string> {
  if (localPaths.length === 0) {
    throw new Error(
      `Cannot open "${path}": bindings of mode "local" are off. To turn them on, the deployment sets GIRDER_WORKER_LOCAL_PATHS to the folders that messages may read and write.`,
    );
  }
  const resolved = await resolvedPath(path);
  for (const folder of resolved === undefined ? [] : localPaths) {
    const allowed = await realpath(folder).catch(() => undefined);
    if (allowed !== undefined && resolved !== allowed && isWithin(allowed, resolved!)) return resolved!;
  }
  throw new Error(`Cannot open "${path}": it is in none of the folders of GIRDER_WORKER_LOCAL_PATHS.`);
}

/** The path without symbolic links; undefined if its folder does not exist, or if it is a link to nothing. */
async function resolvedPath(path: string): Promise<string | undefined> {
  const existing = await realpath(path).catch(() => undefined);
  if (existing !== undefined) return existing;
  const folder = await realpath(dirname(path)).catch(() => undefined);
  const isLink = await lstat(path).catch(() => undefined);
  return folder === undefined || isLink ? undefined : join(folder, basename(path));
}
