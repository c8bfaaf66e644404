import { Replaced } from './errors.ts';
import type { TaskOptions } from './options.ts';
import type { TaskRequest } from './request.ts';
import { type RetryOptions, retryOf } from './retry.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a running task is given from outside: the station that runs it implements this. */
export interface TaskRuntime {
  /** True from the moment at which a revocation is known; must be cheap, as tasks ask it in loops. */
  isCanceled(): boolean;
  /** Aborted when the task is to stop. */
  signal(): AbortSignal;
  log(level: LogLevel, text: string): void;
  /** Stores a state of the task's own. */
  updateState(state: string, meta: unknown): Promise<void>;
}

/** A task's log; each line carries the task's name and id. */
export type TaskLog = Readonly<Record<LogLevel, (text: string) => void>>;

/** What `this` is inside a task. */
export class Task {
  readonly #runtime: TaskRuntime;
  readonly #options: TaskOptions;
  readonly request: TaskRequest;
  readonly log: TaskLog;

  constructor(request: TaskRequest, runtime: TaskRuntime, options: TaskOptions = {}) {
    this.request = request;
    this.#runtime = runtime;
    this.#options = options;
    this.log = {
      debug: (text) => runtime.log('debug', text),
      info: (text) => runtime.log('info', text),
      warn: (text) => runtime.log('warn', text),
      error: (text) => runtime.log('error', text),
    };
  }

  /**
   * Whether the task has been revoked. Once true it stays true, and it turns true even while a loop computes without
   * ever yielding: ask it often, clean up, and return.
   */
  get canceled(): boolean {
    return this.#runtime.isCanceled();
  }

  /** Aborted when the task is to stop: hand it to `fetch`, timers and streams. */
  get signal(): AbortSignal {
    return this.#runtime.signal();
  }

  /**
   * Gives what is to be thrown for the task to be run again: `throw this.retry({ exc, countdown: 10 })`. When no retry is
   * left that is `exc` itself, or MaxRetriesExceededError.
   */
  retry(options: RetryOptions = {}): Error {
    return retryOf(this.request, this.#options, options, Date.now());
  }

  /** Gives what is to be thrown for another task to run in this one's place, under its id: `throw this.replace(add.s(1, 2))`. */
  replace(signature: unknown): Error {
    return new Replaced(signature);
  }

  /** Shows clients how the task is getting on: `await this.updateState({ state: 'PROGRESS', meta: { current: 3, total: 10 } })`. */
  updateState({ state, meta = null }: { readonly state: string; readonly meta?: unknown }): Promise<void> {
    return this.#runtime.updateState(state, meta);
  }
}
