/** The thread of `endWithParent.ts`. When a parent ends, the operating system gives its children another parent. */
import { nodeSystem, repeat } from 'girder-worker/internal/system';
import { killGroup } from './boundProcess.ts';

const intervalMs = 500;
const parent = process.ppid;

repeat(nodeSystem, intervalMs, () => {
  if (process.ppid !== parent) killGroup(process.pid, 'SIGKILL');
});
