import type { Log } from '../events/log.ts';
import { runningTaskIdentity, uncaughtError } from '../execution/uncaughtError.ts';

/**
 * Logs an error that no code catches with its traceback before it ends the process, as it ends every process of Node.js. An error of a
 * task with `pool: 'solo'` ends that task only (`execution/soloErrors.ts`).
 */
export function endWithUncaughtErrors(log: Log): void {
  const end = (error: unknown) => {
    const { reason, traceback } = uncaughtError(error);
    const task = runningTaskIdentity();
    const source = task ? ` from task ${task.task}[${task.id}]` : '';
    log.error(`Uncaught error${source}, which ends this worker: ${reason}`, { ...task, traceback });
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
