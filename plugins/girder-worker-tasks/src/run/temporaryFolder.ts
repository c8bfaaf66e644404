import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

/** A temporary folder that is created when it is first needed. */
export class TemporaryFolder implements AsyncDisposable {
  #created: Promise<string> | undefined;

  /** Returns the path, with symbolic links resolved. Creates the folder at the first call. */
  path(): Promise<string> {
    this.#created ??= mkdtemp(join(tmpdir(), 'girder-worker-')).then((path) => realpath(path));
    return this.#created;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const path = await this.#created;
    if (path !== undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Returns a name from a message as the name of a file: without folders, and not hidden behind dots. */
export function safeFileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are what is replaced.
  const base = name.replace(/[/\\\u0000-\u001f]/g, '_').slice(0, 200);
  return base === '' || base === '.' || base === '..' ? `_${base}` : base;
}

/** Returns a path in a folder at which nothing exists: that of the name or, if it is taken, with a number before it. */
export function freePath(folder: string, name: string): string {
  const base = safeFileName(name);
  for (let number = 0; ; number++) {
    const path = join(folder, number === 0 ? base : `${number}-${base}`);
    if (!existsSync(path)) return path;
  }
}

/** Whether a path is a folder or below it. Both must be absolute, with symbolic links resolved. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
