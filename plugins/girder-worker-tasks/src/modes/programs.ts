import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe } from '../fields.ts';
import type { Settings } from '../settings.ts';

/** Returns the path of a program that the deployment offers under this name. Throws if it offers none. */
export async function findProgram(name: string, { programs }: Settings): Promise<string> {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new Error(`"program" of the task must be the name of a program, without a folder; got ${describe(name)}.`);
  }
  for (const entry of programs) {
    const isFolder = await stat(entry).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    const candidate = isFolder ? join(entry, name) : entry;
    if (basename(candidate) === name && (await isExecutable(candidate))) return candidate;
  }
  const where = programs.length > 0 ? `It has: ${programs.join(', ')}.` : 'It is not set.';
  throw new Error(
    `The deployment has no program ${describe(name)}. Programs are looked up in the files and folders of GIRDER_WORKER_PROGRAMS. ${where}`,
  );
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
