import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { GirderJobOptions } from './girder/girderJob.ts';
import { systemErrorClasses } from './systemErrors.ts';
import { errorName, isInstance } from './thrown.ts';

/** An error class or the `name` of errors: `TypeError`, `'ConnectionError'`. */
export type ErrorMatcher = string | (abstract new (...args: never[]) => Error);

/**
 * The options of `app.task(options, fn)`: Celery's task options in camelCase. An option of the call
 * (`applyAsync(args, options)`) wins over the option of the task, and that over the app setting.
 */
export interface TaskOptions {
  /**
   * Celery's `name`: the name under which the task is registered.
   * @default the import specifier of its module and its export name: `gwexample.analyses.tasks.fibonacci`
   */
  readonly name?: string;
  /** Celery's `ignore_result`: stores no result. A client sees the state PENDING. @default the app setting taskIgnoreResult */
  readonly ignoreResult?: boolean;
  /**
   * Celery's `track_started`: a client reads the state STARTED while the task runs, with the worker's host name and process
   * id. Otherwise it reads PENDING until the task stores a state or ends. @default the app setting taskTrackStarted
   */
  readonly trackStarted?: boolean;
  /** Celery's `queue`: the Celery queue to which the task is sent. @default the app setting taskDefaultQueue */
  readonly queue?: string;
  /** Celery's `priority`, from 0 (lowest) to 9. SQS ignores it; the task reads it from `this.request`. @default 0 */
  readonly priority?: number;
  /** Celery's `expires`, in seconds after sending: a task that has not started then is revoked. @default no limit */
  readonly expires?: number;
  /**
   * Celery's `time_limit`, in seconds: the task is terminated after this time, and fails with TimeLimitExceeded. 0 is no
   * limit. The end of the function's invocation limits it as well. @default the app setting taskTimeLimit
   */
  readonly timeLimit?: number;
  /**
   * Celery's `soft_time_limit`, in seconds: `this.signal` is aborted with SoftTimeLimitExceeded after this time. 0 is no
   * limit. @default the app setting taskSoftTimeLimit
   */
  readonly softTimeLimit?: number;
  /**
   * Where the task runs: on a worker thread, or in the thread of the dispatcher. `solo` is for tasks that only wait: they
   * need no thread of their own. A `solo` task cannot be terminated, and blocks all other tasks while it computes.
   * @default 'threads'
   */
  readonly pool?: 'threads' | 'solo';
  /**
   * Celery's `acks_late`. True: the message is deleted after the task has ended; the task runs again if its worker dies.
   * False: the message is deleted before the task starts; the task runs at most once. @default true, unlike in Celery
   */
  readonly acksLate?: boolean;
  /** Celery's `max_retries`: how many times the task is retried; null for no limit. @default 3 */
  readonly maxRetries?: number | null;
  /** Celery's `default_retry_delay`, in seconds: the delay of a retry without `countdown` and `eta`. @default 180 */
  readonly defaultRetryDelay?: number;
  /** Celery's `autoretry_for`: the task is retried when it throws one of these errors. @default none */
  readonly autoretryFor?: readonly ErrorMatcher[];
  /** Celery's `dont_autoretry_for`: exceptions to `autoretryFor`. @default none */
  readonly dontAutoretryFor?: readonly ErrorMatcher[];
  /** Celery's `retry_kwargs`: options of the retries that `autoretryFor` causes; `countdown` in seconds. @default none */
  readonly retryKwargs?: { readonly maxRetries?: number | null; readonly countdown?: number };
  /**
   * Celery's `retry_backoff`: the delay before retries that `autoretryFor` causes is 1, 2, 4 … seconds. A number multiplies
   * these delays. False: each delay is `defaultRetryDelay`. @default false
   */
  readonly retryBackoff?: boolean | number;
  /** Celery's `retry_backoff_max`, in seconds: the longest delay that `retryBackoff` causes. @default 600 */
  readonly retryBackoffMax?: number;
  /** Celery's `retry_jitter`: the delay is a random part of the delay of `retryBackoff`, which spreads retries. @default true */
  readonly retryJitter?: boolean;
  /** Errors that are expected: they are logged as such, without a traceback. @default none */
  readonly throws?: readonly ErrorMatcher[];
  /**
   * Validates the arguments before the task runs: any Standard Schema (Zod, Valibot, ArkType, …) of the list of arguments
   * in the order of the parameters. The task gets the arguments as the schema returns them. Arguments that it refuses
   * fail the task with a ValueError that names each issue; such a failure is not retried. @default no validation
   *
   * @example app.task({ args: z.tuple([z.number().int()]) }, function fibonacci(n: number) { … })
   */
  readonly args?: StandardSchemaV1;
  /** The Girder job of a task that another task sends. @default a job '<unnamed job>' of type 'celery' */
  readonly girderJob?: GirderJobOptions;
}

/**
 * Whether an error is an instance of one of the classes, or has one of the names. An error of the operating system also has the
 * names of Python's class and its bases: a refused connection is a ConnectionRefusedError, a ConnectionError and an OSError.
 */
export function matchesError(error: unknown, matchers: readonly ErrorMatcher[] = []): boolean {
  return matchers.some((matcher) =>
    typeof matcher === 'string'
      ? errorName(error) === matcher || systemErrorClasses(error).includes(matcher)
      : isInstance(error, matcher),
  );
}
