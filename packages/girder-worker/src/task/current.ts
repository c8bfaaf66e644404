import { AsyncLocalStorage } from 'node:async_hooks';

/** The task that is running, as those that it sends need to know it. */
export interface RunningTask {
  readonly rootId: string;
  /** The id of the running task: it is the parent of what it sends. */
  readonly parentId: string;
  /** What it has sent so far, in Celery's tuples; whoever sends adds to it. */
  readonly children: unknown[];
  /** Tells one run from another, be it of the same task. */
  readonly runtime: object;
}

const storage = new AsyncLocalStorage<RunningTask>();

/** Runs a function, and whatever it awaits, as this task. */
export function runAs<R>(current: RunningTask, fn: () => R): R {
  return storage.run(current, fn);
}

/** The task whose code asks; undefined outside of any. */
export function runningTask(): RunningTask | undefined {
  return storage.getStore();
}
