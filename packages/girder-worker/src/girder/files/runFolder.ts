import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder for the temporary files of a run. Its name derives from the task id: the thread of the task creates it, and the
 * main thread removes it if that thread was terminated.
 */
function runFolder(taskId: string): string {
  const name = createHash('sha256').update(taskId).digest('hex').slice(0, 32);
  return join(tmpdir(), `girder-worker-${process.pid}`, name);
}

/** Creates an empty folder in the folder of a run. */
export async function createRunSubfolder(taskId: string): Promise<string> {
  const folder = runFolder(taskId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return mkdtemp(join(folder, 'files-'));
}

/** Removes the folder of a run, if there is one. */
export async function removeRunFolder(taskId: string): Promise<void> {
  await rm(runFolder(taskId), { recursive: true, force: true });
}
