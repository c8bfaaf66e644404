/** The thread of `endWithParent.ts`. When a parent ends, the operating system gives its children another parent. */
import { workerData } from 'node:worker_threads';
import { nodeSystem, repeat } from 'girder-worker/internal/system';
import { killGroup } from './boundProcess.ts';

const intervalMs = 500;
const parent = workerData as number;

repeat(nodeSystem, intervalMs, () => {
  if (process.ppid !== parent) killGroup(process.pid, 'SIGKILL');
});
