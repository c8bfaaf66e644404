import type { TaskOptions } from './options.ts';

/** How one call differs from what the task says of itself; Celery's `apply_async` options in camelCase. */
export interface ApplyOptions {
  /** Python's keyword arguments, for tasks that are not called from TypeScript alone. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** The id of the task, which is the key of its result. @default a random UUID */
  readonly taskId?: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly ignoreResult?: boolean;
  readonly shadow?: string;
  /** The sender's own headers: the task sees them as `this.request.headers`. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

export type TaskState = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED' | (string & {});

/** A handle on a task that was sent: asks the result backend, and only when it is asked. */
export interface AsyncResult<R> {
  readonly id: string;
  /**
   * Waits for the task to end, and gives what it returned.
   *
   * Throws what the task threw: an Error with the name and message of the original, TaskRevokedError for a revoked
   * task, and an Error named TimeoutError when `timeoutMs` has passed.
   */
  get(options?: { readonly timeoutMs?: number; readonly intervalMs?: number }): Promise<R>;
  state(): Promise<TaskState>;
  /** The stored value or error without waiting; undefined where there is none yet. */
  result(): Promise<R | Error | undefined>;
  /** Makes the task not run, or `this.canceled` true in it. */
  revoke(): Promise<void>;
  /** Forgets the result; a late duplicate of the message still does not run again. */
  forget(): Promise<void>;
}

/** Remote control, without a worker having to be alive. */
export interface Control {
  /** Makes tasks not run, or `this.canceled` true in them. */
  revoke(id: string | readonly string[]): Promise<void>;
}

/** What an app needs to send tasks and to ask for results; implemented in `client/`. */
export interface TaskClient {
  send(
    task: string,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    options: ApplyOptions & TaskOptions,
  ): Promise<AsyncResult<unknown>>;
  result(id: string): AsyncResult<unknown>;
  readonly control: Control;
}
