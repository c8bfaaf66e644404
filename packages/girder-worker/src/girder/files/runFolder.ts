import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The folder for the temporary files of a run. Its name derives from the process and the task id: the thread of the task
 * creates it, and the main thread removes it if that thread was terminated.
 */
function runFolder(taskId: string): string {
  const name = createHash('sha256').update(taskId).digest('hex').slice(0, 32);
  return join(tmpdir(), `girder-worker-${process.pid}`, name);
}

/** Creates an empty folder in the folder of a run. */
export async function createRunSubfolder(taskId: string): Promise<string> {
  const folder = runFolder(taskId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await assertOwn(dirname(folder));
  return mkdtemp(join(folder, 'files-'));
}

/** Removes the folder of a run, if there is one. Rejects if something keeps it, such as a program that writes into it. */
export async function removeRunFolder(taskId: string): Promise<void> {
  const folder = runFolder(taskId);
  await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  await rmdir(dirname(folder)).catch(() => undefined); // Other runs may have folders there.
}

/** Throws an Error if another user of this machine has created the folder, and so could read what is in it. */
async function assertOwn(folder: string): Promise<void> {
  const { uid, mode } = await lstat(folder);
  if (uid === process.getuid?.() && (mode & 0o077) === 0) return;
  throw new Error(`${folder} must be a folder of this user that no other user may read: remove it.`);
}
