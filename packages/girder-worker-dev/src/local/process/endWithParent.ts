/**
 * The first import of every bound process: kills the process group as soon as the parent has ended.
 *
 * The IPC channel closes immediately, but a main thread that computes without a pause does not receive the event. For that
 * case, a thread polls for the parent.
 */
import { isMainThread, Worker } from 'node:worker_threads';
import { killGroup, parentVariable } from './boundProcess.ts';
import { siblingModule } from './siblingModule.ts';

if (isMainThread) {
  const end = () => killGroup(process.pid, 'SIGKILL');
  const parent = Number(process.env[parentVariable]);
  delete process.env[parentVariable]; // It says nothing to child processes of this one.
  if (process.connected && process.ppid === parent) process.once('disconnect', end);
  else end(); // The parent ended before this module was loaded.
  process.channel?.unref(); // Neither the channel nor the thread keeps the process alive.
  new Worker(siblingModule(import.meta.url, './parentWatchThread.ts'), { execArgv: [], workerData: parent }).unref();
}
