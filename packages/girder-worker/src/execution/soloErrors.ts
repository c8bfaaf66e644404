import { runningTask } from '../task/current.ts';
import type { LateError } from './poolThread.ts';
import { runningTaskIdentity, uncaughtError } from './uncaughtError.ts';

/** The solo tasks that run, by their runtimes: each function ends its run with the error. */
const failures = new Map<object, (error: unknown, task: string) => void>();

/** The runtimes of all solo tasks, also of those that have ended. */
const runtimes = new WeakSet<object>();

let isListening = false;

/**
 * Calls `fail` with an error that no code of a solo task catches, and the name of the task: of a promise that is rejected and that nothing
 * awaits, or of a callback that throws. Such errors end a process of Node.js, and with it all other tasks. An error of a task that has ended
 * goes to `onLateError`. Errors that come from no solo task go where they went before.
 *
 * Returns the function to call when the task has ended.
 */
export function watchSoloTask(
  runtime: object,
  fail: (error: unknown, task: string) => void,
  onLateError: (error: LateError) => void,
): () => void {
  listen(onLateError);
  runtimes.add(runtime);
  failures.set(runtime, fail);
  return () => void failures.delete(runtime);
}

function listen(onLateError: (error: LateError) => void): void {
  if (isListening) return;
  isListening = true;
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    // Lambda's runtime and the long-running worker listen too, and end the process.
    const others = process.listeners(event as 'uncaughtException') as ((...values: unknown[]) => void)[];
    process.removeAllListeners(event);
    process.on(event, (...values: unknown[]) => {
      const [error] = values;
      if (failSoloTask(error, onLateError)) return;
      if (others.length === 0) endWith(error);
      for (const other of others) other.apply(process, values);
    });
  }
}

/** Returns false if the code that runs, or was left behind, belongs to no solo task. */
function failSoloTask(error: unknown, onLateError: (error: LateError) => void): boolean {
  const running = runningTask();
  if (!running || !runtimes.has(running.runtime)) return false;
  const fail = failures.get(running.runtime);
  if (fail) fail(error, running.task);
  else onLateError({ ...uncaughtError(error), ...runningTaskIdentity()! });
  return true;
}

/** Ends the process as Node.js does without listeners: with the traceback, and with the exit code 1. */
function endWith(error: unknown): never {
  console.error(error);
  process.exit(1);
}
