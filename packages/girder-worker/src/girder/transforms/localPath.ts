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
  const paths = (await readdir(path)).sort().map((name) => join(path, name));
  const areFiles = await Promise.all(paths.map(isFile));
  return paths.filter((_, index) => areFiles[index]);
}

/** Whether there is a file at a path. A link that leads nowhere is none. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
