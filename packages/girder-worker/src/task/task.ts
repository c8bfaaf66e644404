import type { TaskRequest } from './request.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a running task is given from outside: the station that runs it implements this. */
export interface TaskRuntime {
  /** True from the moment at which a revocation is known; must be cheap, as tasks ask it in loops. */
  isCanceled(): boolean;
  /** Aborted when the task is to stop. */
  signal(): AbortSignal;
  log(level: LogLevel, text: string): void;
}

/** A task's log; each line carries the task's name and id. */
export type TaskLog = Readonly<Record<LogLevel, (text: string) => void>>;

/** What `this` is inside a task. */
export class Task {
  readonly #runtime: TaskRuntime;
  readonly request: TaskRequest;
  readonly log: TaskLog;

  constructor(request: TaskRequest, runtime: TaskRuntime) {
    this.request = request;
    this.#runtime = runtime;
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
}
