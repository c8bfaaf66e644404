/** The public errors of `girder-worker`. They have the names of Celery's exceptions. */

/** What an exception of Python has besides its text. */
interface ExceptionParts {
  /** The name of its class. */
  readonly name?: string;
  readonly args?: readonly unknown[];
  readonly module?: string | null;
}

/**
 * The exception of a task that another process reads: what `result.get()` rejects with, and what an errback receives. `name` is
 * the name of the exception's class, `message` the text of its arguments, `stack` begins with both and contains the traceback.
 *
 * @example if (error instanceof TaskError && error.name === 'ValueError') return error.args[0];
 */
export class TaskError extends Error {
  declare readonly name: string;
  /** The arguments of the exception. @default the message */
  declare readonly args: readonly unknown[];
  /** The module of the exception's class in Python, such as `builtins`; null if it is not known. */
  declare readonly module: string | null;

  constructor(message = '', { name = 'TaskError', args, module = null }: ExceptionParts = {}) {
    super(message);
    // Not enumerable, as `message`: `console.log` shows the stack alone.
    const parts = { name, args: args ?? (message === '' ? [] : [message]), module };
    for (const [key, value] of Object.entries(parts))
      Object.defineProperty(this, key, { value, writable: true, configurable: true });
  }
}

/** The task was revoked or has expired. `message` is Celery's reason: `revoked`, `terminated` or `expired`. */
export class TaskRevokedError extends TaskError {
  override readonly name = 'TaskRevokedError';
}

/** The reason with which `this.signal` is aborted after `softTimeLimit`. The task may clean up until `timeLimit`. */
export class SoftTimeLimitExceeded extends TaskError {
  override readonly name = 'SoftTimeLimitExceeded';
}

/** The task was terminated after `timeLimit`, or at the end of the function's invocation. `message` is the limit in seconds. */
export class TimeLimitExceeded extends TaskError {
  override readonly name = 'TimeLimitExceeded';
}

/** The thread or the process of the task ended: `process.exit()`, an uncaught error, out of memory, a crash. */
export class WorkerLostError extends TaskError {
  override readonly name = 'WorkerLostError';
}

/** The registry has no task with this name. */
export class NotRegistered extends TaskError {
  override readonly name = 'NotRegistered';
  readonly taskName: string;
  constructor(taskName: string) {
    super(taskName);
    this.taskName = taskName;
  }
}

/** The task was retried `maxRetries` times, and `this.retry()` was given no `exc` to throw instead. */
export class MaxRetriesExceededError extends TaskError {
  override readonly name = 'MaxRetriesExceededError';
}

/** The years that Python has, and ISO 8601 can write, in ms since 1970. */
const firstTimeMs = new Date(0).setUTCFullYear(1, 0, 1);
const endTimeMs = Date.UTC(10_000, 0, 1);

/** Thrown by a task in order to run again later. `this.retry({ … })` returns it. */
export class Retry extends Error {
  override readonly name = 'Retry';
  /** The earliest time of the next run, in ms since 1970. */
  readonly etaMs: number;
  /** The reason, which is stored with the state RETRY. */
  readonly exc: Error | undefined;
  /** The arguments of the next run; undefined for those of this run. */
  readonly args: readonly unknown[] | undefined;
  readonly kwargs: Readonly<Record<string, unknown>> | undefined;
  /** Throws a ValueError, with which the task fails, if there is no such time, such as that of `countdown: NaN`. */
  constructor(message: string, etaMs: number, exc: Error | undefined, changes: Pick<Retry, 'args' | 'kwargs'>) {
    super(message);
    // Its message could not be sent, or not be read: the task would stay in the state RETRY.
    if (!(etaMs >= firstTimeMs && etaMs < endTimeMs))
      throw Object.assign(
        new RangeError(`The time of a retry must be in the years 1 to 9999, got ${etaMs} ms since 1970.`),
        {
          name: 'ValueError',
        },
      );
    this.etaMs = etaMs;
    this.exc = exc;
    this.args = changes.args;
    this.kwargs = changes.kwargs;
  }
}

/**
 * Thrown by a task in order to end without a result. A state that the task has stored with `this.updateState` stays.
 *
 * @example throw new Ignore()
 */
export class Ignore extends Error {
  override readonly name = 'Ignore';
}

/**
 * Thrown by a task in order to reject its message. With `requeue` the message returns to the queue, for another worker;
 * otherwise the task fails, and the failure has the type Reject.
 *
 * @example throw new Reject('no GPU here', { requeue: true })
 */
export class Reject extends Error {
  override readonly name = 'Reject';
  readonly reason: unknown;
  readonly requeue: boolean;
  constructor(reason: unknown = null, { requeue = false }: { readonly requeue?: boolean } = {}) {
    super(String(reason ?? ''));
    this.reason = reason;
    this.requeue = requeue;
  }
}

/** Thrown by a task in order to be replaced by another. `this.replace(signature)` returns it. */
export class Replaced extends Error {
  override readonly name = 'Replaced';
  readonly signature: unknown;
  constructor(signature: unknown) {
    super('The task has been replaced by another.');
    this.signature = signature;
  }
}
