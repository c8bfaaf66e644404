/** The thread of `endWithParent.ts`: a process whose parent is gone is given another parent. */
import { killGroup } from './boundProcess.ts';

const intervalMs = 500;
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) killGroup(process.pid, 'SIGKILL');
}, intervalMs);
