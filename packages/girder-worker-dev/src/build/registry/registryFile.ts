import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Returns the text of a registry, or undefined if the file does not exist. */
export async function readRegistryText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the text of a registry atomically, unless the file holds it already. Resolves to whether it was written. */
export async function writeRegistry(file: string, text: string): Promise<boolean> {
  if ((await readRegistryText(file)) === text) return false;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text);
  await rename(draft, file);
  return true;
}
