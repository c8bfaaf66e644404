import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Where the dispatcher expects its registry, below the root of the deployment. */
export const registryFile = 'functions/dispatcher/registry.generated.ts';

/** The text of a registry that was written before; undefined if there is none. */
export async function readRegistry(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the text of a registry in one step, if it differs from what is there. Resolves to whether it did. */
export async function writeRegistry(file: string, text: string): Promise<boolean> {
  if ((await readRegistry(file)) === text) return false;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text);
  await rename(draft, file);
  return true;
}
