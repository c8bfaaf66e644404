import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { npm } from './npm.ts';

/**
 * Returns the files of a folder and of the folders in it, sorted, relative to it and with `/` between the parts. Leaves out
 * `node_modules` and symbolic links: packages from a registry have neither.
 */
export function listFiles(folder: string, below = ''): string[] {
  const entries = readdirSync(join(folder, below), { withFileTypes: true });
  const files = entries.flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory())
      return entry.name === 'node_modules' || entry.name === '.git' ? [] : listFiles(folder, path);
    return entry.isFile() ? [path] : [];
  });
  return below === '' ? files.sort() : files;
}

/**
 * Resolves to the files that npm installs of a package, sorted. A package in `node_modules` consists of these files. A linked
 * one, such as a workspace, is a folder of sources, of which `npm pack` names the files that it would publish.
 */
export async function publishedFiles(folder: string): Promise<string[]> {
  if (folder.split(sep).includes('node_modules')) return listFiles(folder);
  const { command, options } = npm(['pack', '--dry-run', '--json', '--ignore-scripts']);
  const { stdout } = await promisify(execFile)(command.file, command.args, { ...options, cwd: folder });
  const packed: unknown = JSON.parse(stdout);
  const [first] = Object.values(packed as object) as [{ files: { path: string }[] }];
  return first.files.map(({ path }) => path).sort((one, other) => (one < other ? -1 : 1));
}
