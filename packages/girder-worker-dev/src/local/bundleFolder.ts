import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'girder-worker-dev-';

/**
 * Creates a folder for the bundle of this process in the system's temporary folder, and returns its path. A bundle in the
 * repository would find the packages in its `node_modules`, which a function does not have. Removes the folders of processes
 * that no longer exist: those were killed before they could remove them.
 */
export async function createBundleFolder(temporary = tmpdir()): Promise<string> {
  const parent = await realpath(temporary);
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(prefix) && /^(\d+)-/.exec(name.slice(prefix.length))?.[1];
    if (pid && !isAlive(Number(pid))) await removeOwn(join(parent, name));
  }
  return mkdtemp(join(parent, `${prefix}${process.pid}-`));
}

/** The temporary folder may hold folders of other users, too. */
async function removeOwn(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // It belongs to another user.
  }
}
