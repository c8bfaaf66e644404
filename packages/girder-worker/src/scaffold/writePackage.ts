import { lstat, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ScaffoldError, type ScaffoldErrorCode } from './scaffoldError.ts';

/**
 * Writes files into a folder, all or none: into a temporary folder beside it first, which is then renamed. A folder that
 * exists must be empty but for `.git`, unless `force` is set: then files of the same path are replaced, and others stay.
 *
 * Rejects with ScaffoldError FOLDER_NOT_EMPTY or FOLDER_NOT_WRITABLE. The folder is unchanged then.
 */
export async function writePackage(
  files: ReadonlyMap<string, string>,
  folder: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<void> {
  const target = resolve(folder);
  try {
    const entries = await entriesOf(target);
    const [first, ...others] = (entries ?? []).filter((name) => name !== '.git');
    if (first !== undefined && !force) throw notEmpty(target, first, others.length);
    await mkdir(dirname(target), { recursive: true });
    const temporary = await mkdtemp(`${target}.new-`);
    try {
      const staged = join(temporary, 'new');
      await writeAll(files, staged);
      if (entries === undefined) await rename(staged, target);
      else await moveAll([...files.keys()], staged, target, join(temporary, 'old'));
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof ScaffoldError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw fault(
      'FOLDER_NOT_WRITABLE',
      `the folder "${target}" cannot be written: ${reason}. Name another folder.`,
      error,
    );
  }
}

/** The names in a folder; undefined if it does not exist. */
async function entriesOf(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeAll(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  for (const [path, text] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  }
}

/** Moves files into a folder that exists. If one cannot be moved, moves those before it back, and rejects. */
async function moveAll(paths: readonly string[], from: string, to: string, replaced: string): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const path of paths) {
      const file = join(to, path);
      const made = await mkdir(dirname(file), { recursive: true });
      if (made !== undefined) undo.push(() => rm(made, { recursive: true, force: true }));
      if (await isFile(file)) {
        const kept = join(replaced, path);
        await mkdir(dirname(kept), { recursive: true });
        await rename(file, kept);
        undo.push(() => rename(kept, file));
      }
      await rename(join(from, path), file);
      undo.push(() => rm(file));
    }
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

/** Returns whether a file or a link has this path. Rejects if it is a folder, which no file may replace. */
async function isFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new Error(`"${path}" is a folder`);
  return found !== undefined;
}

function notEmpty(folder: string, first: string, others: number): ScaffoldError {
  const content = `"${first}"${others === 0 ? '' : ` and ${others} more`}`;
  return fault(
    'FOLDER_NOT_EMPTY',
    `the folder "${folder}" is not empty: it contains ${content}. Name another folder, or add --force, which replaces files of the same name.`,
  );
}

function fault(code: ScaffoldErrorCode, message: string, cause?: unknown): ScaffoldError {
  return new ScaffoldError([{ code, message }], { cause });
}
