/**
 * The first import of every tied process: ends it, and what it started, as soon as its parent is gone.
 *
 * The channel closes at once, but nobody hears it while the main thread computes; the thread hears it then.
 */
import { isMainThread, Worker } from 'node:worker_threads';
import { killGroup } from './boundProcess.ts';
import { siblingModule } from './siblingModule.ts';

if (isMainThread) {
  const end = () => killGroup(process.pid, 'SIGKILL');
  if (process.connected) process.once('disconnect', end);
  else end(); // The parent went before this was loaded.
  process.channel?.unref(); // Neither the channel nor the thread keeps a process alive that has nothing left to do.
  new Worker(siblingModule(import.meta.url, './parentWatchThread.ts'), { execArgv: [] }).unref();
}
