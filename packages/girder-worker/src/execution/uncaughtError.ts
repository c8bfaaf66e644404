import { readThrown } from '../outcome/thrownValue.ts';
import { formatTraceback } from '../outcome/traceback.ts';
import { runningTask } from '../task/current.ts';
import type { TaskIdentity, UncaughtError } from './protocol.ts';

/** Describes an error that no code caught, or the value that a promise was rejected with. Never throws. */
export function uncaughtError(thrown: unknown): UncaughtError {
  const value = readThrown(thrown);
  const { name, message } = value;
  return {
    reason: message === '' ? name : `${name}: ${message}`,
    traceback: formatTraceback(value, { type: name, module: 'builtins' }),
  };
}

/** The task whose code runs, or has left behind what runs; undefined outside of tasks. */
export function runningTaskIdentity(): TaskIdentity | undefined {
  const running = runningTask();
  return running && { task: running.task, id: running.parentId };
}
