import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transform } from './transform.ts';

/** A result as the path of a file or folder. Throws TypeError for anything else. */
export function pathIn(value: unknown, transform: Transform): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`${transform} needs the path of a file, but the task returned ${typeOf(value)}.`);
}

/** The type of a value, in words. */
export function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : `a value of type ${typeof value}`;
}

/** The file at a path, or the files in the folder there. */
export async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).sort();
  const files = await Promise.all(
    names.map(async (name) => ((await stat(join(path, name))).isFile() ? [join(path, name)] : [])),
  );
  return files.flat();
}
