import type { TaskRuntime } from '../task/task.ts';

/** The runtime of a run, and what it knows when the task has ended. */
export interface RunRuntime extends TaskRuntime {
  /** Whether the task has read that it is revoked: then it has stopped early, and its return value is no result. */
  readonly sawRevocation: boolean;
  /** The reason with which `this.signal` was aborted. */
  readonly stopError: Error | undefined;
}
