import type { TaskRuntime } from '../task/task.ts';

/** The runtime of a run, and what it knows when the task has ended. */
export interface RunRuntime extends TaskRuntime {
  /** Whether the task has read that it is revoked: then it has stopped early, and its return value is no result. */
  readonly sawRevocation: boolean;
  /**
   * A signal like `signal()`, for work around the task, such as a transfer of its files: taking it, and its abortion, do not
   * count as the task knowing that it is revoked.
   */
  stopSignal(): AbortSignal;
  /** The reason with which `this.signal` was aborted. */
  readonly stopError: Error | undefined;
}
