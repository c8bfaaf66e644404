import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const repository = path.join(import.meta.dirname, '../..');

/** The package.json of the sources while npm packs. */
export const manifestBackup = 'package.json.sources';
/** Files of the repository that every package contains, unless it has its own. */
export const copies = ['README.md', 'LICENSE'];

/** Restores the package in the working directory as it was before prepack.mjs. Does nothing if it is as it was. */
export function unpack() {
  if (!existsSync(manifestBackup)) return;
  renameSync(manifestBackup, 'package.json');
  rmSync('lib', { recursive: true, force: true });
  for (const file of copies) {
    if (existsSync(file) && isCopy(file)) rmSync(file);
  }
}

function isCopy(file) {
  return readFileSync(file).equals(readFileSync(path.join(repository, file)));
}
