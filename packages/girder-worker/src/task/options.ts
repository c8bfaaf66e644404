/** An error class, or the name of one: `TypeError`, `'ConnectionError'`. */
export type ErrorMatcher = string | (abstract new (...args: never[]) => Error);

/** What can be said of a task where it is defined: Celery's task options in camelCase. */
export interface TaskOptions {
  /** The name under which the task is registered. @default import specifier and export name, dotted */
  readonly name?: string;
  /** Leave no result: a client that asks sees PENDING. @default false */
  readonly ignoreResult?: boolean;
  /** The Celery queue to which clients send the task. @default app.config.taskDefaultQueue */
  readonly queue?: string;
  /** From 0, the lowest, to 9; SQS ignores it, but the task sees it. @default 0 */
  readonly priority?: number;
  /** Seconds after which a message that has not been run is not run any more. @default none */
  readonly expires?: number;
  /** Seconds after which the task is ended, and fails with TimeLimitExceeded. @default app.config.taskTimeLimit */
  readonly timeLimit?: number;
  /** Seconds after which `this.signal` is aborted with SoftTimeLimitExceeded. @default app.config.taskSoftTimeLimit */
  readonly softTimeLimit?: number;
  /**
   * Where the task runs. `solo` is for purely asynchronous ones: they need no thread, and cannot be ended before they end
   * themselves. @default 'threads'
   */
  readonly pool?: 'threads' | 'solo';
  /**
   * When the message is acknowledged: after the task has ended, so that it runs again if its worker dies, or before it
   * begins, so that it runs at most once. @default true: after
   */
  readonly acksLate?: boolean;
  /** Retries before the task fails for good; null for no limit. @default 3 */
  readonly maxRetries?: number | null;
  /** Seconds until a retry that gives no time itself. @default 180 */
  readonly defaultRetryDelay?: number;
  /** Errors after which the task is retried by itself. @default none */
  readonly autoretryFor?: readonly ErrorMatcher[];
  /** Errors after which it is not, although `autoretryFor` names them. @default none */
  readonly dontAutoretryFor?: readonly ErrorMatcher[];
  /** What retries by itself are done with, beside their time. */
  readonly retryKwargs?: { readonly maxRetries?: number | null; readonly countdown?: number };
  /** Wait longer each time: 1, 2, 4… seconds, or so many times that. @default false: defaultRetryDelay each time */
  readonly retryBackoff?: boolean | number;
  /** The longest such wait, in seconds. @default 600 */
  readonly retryBackoffMax?: number;
  /** Wait a random part of it, so that many do not come back at once. @default true */
  readonly retryJitter?: boolean;
  /** Errors that are expected: they are logged as such, without a traceback. @default none */
  readonly throws?: readonly ErrorMatcher[];
}

/** Whether an error is of one of the kinds, or extends it. */
export function matchesError(error: unknown, kinds: readonly ErrorMatcher[] = []): boolean {
  return kinds.some((kind) =>
    typeof kind === 'string' ? error instanceof Error && error.name === kind : error instanceof kind,
  );
}
