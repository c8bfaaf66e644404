import type { System } from '../system/system.ts';
import { Replaced } from './errors.ts';
import type { GirderClient } from './girder/girderClient.ts';
import type { JobManager } from './girder/jobManager.ts';
import type { TaskOptions } from './options.ts';
import type { TaskRequest } from './request.ts';
import { type RetryOptions, retryOf } from './retry.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The port of a running task to the code that runs it. Implemented in `execution/`. */
export interface TaskRuntime {
  /** The clock of the run: a retry is due some time after its `now`. */
  readonly system: Pick<System, 'now' | 'random'>;
  /** Returns true as soon as a revocation is known. Must be cheap: tasks call it in loops. */
  isCanceled(): boolean;
  /** Returns the signal that is aborted when the task must stop. */
  signal(): AbortSignal;
  /** Writes a line to the log of the task; `fields` may contain any values. */
  log(level: LogLevel, text: string, fields?: object): void;
  /** Stores a custom state. */
  updateState(state: string, meta: unknown): Promise<void>;
  /**
   * Asks the process that runs the pool for something by name; `payload` is plain data. Returns its answer, or rejects
   * with its error.
   */
  request(name: string, payload: unknown): Promise<unknown>;
  /** As `request`, but without an answer: it costs half as much, and a failure is not known here. */
  notify(name: string, payload: unknown): void;
}

/** Writes a line. `fields` may contain any values: they become plain data of at most about 8 KB (docs/logs.md). */
export type LogLine = (text: string, fields?: object) => void;

/** The log of a task. Each line carries the name and the id of the task. `warning` is Python's name of `warn`. */
export type TaskLog = Readonly<Record<LogLevel | 'warning', LogLine>>;

/**
 * The type of `this` in a task.
 *
 * @example
 * export const resize = app.task(async function resize(this: Task, url: string): Promise<number> {
 *   const response = await fetch(url, { signal: this.signal });
 *   if (response.status === 503) throw this.retry({ countdown: 30 });
 *   …
 * });
 */
export class Task {
  readonly #runtime: TaskRuntime;
  readonly #options: TaskOptions;
  /** The message of the task: its id, its arguments, the number of retries and more. */
  readonly request: TaskRequest;
  /** Writes lines to the log of the worker: `this.log.info('resized', { width: 100, url })`. */
  readonly log: TaskLog;
  /** The Girder job of the task; undefined if its message names none. */
  readonly jobManager?: JobManager;
  /** The Girder server that sent the task; undefined if its message names none. */
  readonly girderClient?: GirderClient;

  constructor(request: TaskRequest, runtime: TaskRuntime, options: TaskOptions = {}) {
    this.request = request;
    this.#runtime = runtime;
    this.#options = options;
    const lineOf =
      (level: LogLevel): LogLine =>
      (text, fields) =>
        runtime.log(level, text, fields);
    const warn = lineOf('warn');
    this.log = { debug: lineOf('debug'), info: lineOf('info'), warn, warning: warn, error: lineOf('error') };
  }

  /**
   * Whether the task has been revoked. It never becomes false again. It becomes true even while a loop computes without
   * `await`. A read takes about 2 ns.
   *
   * @example
   * for (const item of items) {
   *   if (this.canceled) return cleanUp();
   *   process(item);
   * }
   */
  get canceled(): boolean {
    return this.#runtime.isCanceled();
  }

  /**
   * A signal to pass to `fetch`, timers and streams. It is aborted when the task must stop: with an AbortError when the task
   * is revoked, with SoftTimeLimitExceeded after `softTimeLimit` and before the end of the function's invocation.
   */
  get signal(): AbortSignal {
    return this.#runtime.signal();
  }

  /**
   * Returns the error to throw in order to retry the task. When no retry is left, returns `exc`, or MaxRetriesExceededError
   * if `exc` is not given.
   *
   * @example throw this.retry({ exc: error, countdown: 10 }) // countdown in seconds
   * @example throw this.retry({ args: [rest], countdown: 0 }) // runs with other arguments
   */
  retry(options: RetryOptions = {}): Error {
    return retryOf(this.request, this.#options, options, this.#runtime.system.now());
  }

  /**
   * Returns the error to throw in order to replace this task by another. The replacement has the id of this task, its
   * callbacks, and its place in group, chain and chord.
   *
   * @param signature a Signature, or Celery's dict of one
   * @example throw this.replace(add.s(1, 2))
   */
  replace(signature: unknown): Error {
    return new Replaced(signature);
  }

  /**
   * Stores a custom state, which clients read with `AsyncResult.state()`. Resolves when it is stored. Does nothing if the
   * task was called as a function.
   *
   * @param update `state`: its name; `meta`: any value that JSON can represent
   * @example await this.updateState({ state: 'PROGRESS', meta: { current: 3, total: 10 } })
   */
  updateState({ state, meta = null }: { readonly state: string; readonly meta?: unknown }): Promise<void> {
    return this.#runtime.updateState(state, meta);
  }
}
