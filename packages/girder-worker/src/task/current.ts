import { AsyncLocalStorage } from 'node:async_hooks';

/** The running task, as far as the messages that it sends need it. */
export interface RunningTask {
  readonly rootId: string;
  /** The id of the running task, which is the parent of the tasks that it sends. */
  readonly parentId: string;
  /** The results of the tasks that it has sent, in Celery's form (`as_tuple`). The client appends to it. */
  readonly children: unknown[];
  /** Identifies the run: two runs of one task have different objects. */
  readonly runtime: object;
}

const storage = new AsyncLocalStorage<RunningTask>();

/** Calls a function. During the call, and in all that it awaits, `runningTask` returns this task. */
export function runAs<R>(current: RunningTask, fn: () => R): R {
  return storage.run(current, fn);
}

/** The task whose code calls this; undefined outside of a task. */
export function runningTask(): RunningTask | undefined {
  return storage.getStore();
}
