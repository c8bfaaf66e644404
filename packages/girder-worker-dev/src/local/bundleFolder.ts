import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Creates a folder below `.build` for the bundle of this process, so that two stacks never share one, and returns its path.
 * Removes the folders of processes that no longer exist: those were killed before they could remove them.
 */
export async function createBundleFolder(root: string): Promise<string> {
  const parent = resolve(root, '.build');
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    const pid = /^dev-(\d+)$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, `dev-${process.pid}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // It belongs to another user.
  }
}
