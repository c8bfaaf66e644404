import type { Log } from './log.ts';

/** Logs an uncaught error from a task that had already finished: it changes no result. */
export function logLateError(
  log: Log,
  {
    reason,
    ...fields
  }: { readonly reason: string; readonly task: string; readonly id: string; readonly traceback: string },
): void {
  log.error(`Uncaught error from task ${fields.task}[${fields.id}] after it had finished: ${reason}`, fields);
}
