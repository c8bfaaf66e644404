import { nodeSystem } from '../system/nodeSystem.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import { requestWithoutMessage } from '../task/eager.ts';
import { SoftTimeLimitExceeded } from '../task/errors.ts';
import type { GirderClient } from '../task/girder/girderClient.ts';
import type { JobManager, JobProgress } from '../task/girder/jobManager.ts';
import { JobStatus } from '../task/girder/jobStatus.ts';
import type { TaskOptions } from '../task/options.ts';
import type { TaskRequest } from '../task/request.ts';
import { type LogLevel, Task } from '../task/task.ts';

export interface TestTaskOptions {
  /** Whether the task is revoked before it starts. @default false */
  readonly canceled?: boolean;
  /** Fields of `this.request`. The others are those of a task that a client has just sent. */
  readonly request?: Partial<TaskRequest>;
  /** The task options that `this.retry` reads, such as `maxRetries`. @default those of the task, if `runTask` makes `this` */
  readonly options?: TaskOptions;
  /** Called at each `this.jobManager.updateProgress`, for example to revoke the task at a certain step. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** The Girder server of the task. @default undefined, as for a task without one */
  readonly girderClient?: GirderClient;
}

/** A message that a task has sent in a test. */
export interface SentTask {
  /** The name of the task. */
  readonly task: string;
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** When it is due, in ISO 8601; null for at once. */
  readonly eta: string | null;
  /** Celery's name of its queue. */
  readonly queue: string;
}

/** The `this` of a task in a test. The test revokes it, and reads what the task has reported. */
export class TestTask extends Task {
  override readonly jobManager: JobManager;
  declare readonly girderClient?: GirderClient;
  /** The updates of `this.jobManager.updateProgress`, in order. */
  readonly progress: readonly JobProgress[];
  /** The states that the task has set with `this.updateState`, in order. */
  readonly states: readonly { readonly state: string; readonly meta: unknown }[];
  /** The lines that the task has written to `this.log`, in order, each with the fields that it gave. */
  readonly lines: readonly { readonly level: LogLevel; readonly text: string; readonly fields?: object }[];
  /** The text that the task has written to the log of its Girder job with `this.jobManager.write`. */
  readonly written: readonly string[];
  /** The tasks that the task has sent, in order. They are not published: their handles have no results. */
  readonly sent: readonly SentTask[];
  /** The time at which it runs, in ms since 1970. It does not go on. */
  readonly nowMs: number;
  readonly #stop: AbortController;
  readonly #revocation: { isRevoked: boolean };
  readonly #sent: SentTask[];

  constructor({ canceled = false, request = {}, options = {}, onProgress, girderClient }: TestTaskOptions = {}) {
    const stop = new AbortController();
    const revocation = { isRevoked: false };
    const startMs = nodeSystem.now();
    const states: { state: string; meta: unknown }[] = [];
    const lines: { level: LogLevel; text: string; fields?: object }[] = [];
    super(
      { ...requestWithoutMessage('task.in.a.test', []), ...request },
      {
        // The clock stands still, so that a test can compare the times of retries.
        system: { now: () => startMs, random: nodeSystem.random },
        isCanceled: () => revocation.isRevoked,
        signal: () => stop.signal,
        log: (level, text, fields) => void lines.push({ level, text, ...(fields && { fields }) }),
        updateState: async (state, meta) => void states.push({ state, meta }),
        notify: () => undefined,
        request: (name) => Promise.reject(new Error(`A task in a test has no worker to ask for "${name}".`)),
      },
      options,
    );
    const progress: JobProgress[] = [];
    const written: string[] = [];
    const report = (update: JobProgress) => {
      progress.push(update);
      onProgress?.(update);
    };
    this.jobManager = recordingJob(report, (text) => void written.push(text));
    if (girderClient) this.girderClient = girderClient;
    this.progress = progress;
    this.states = states;
    this.lines = lines;
    this.nowMs = startMs;
    this.written = written;
    this.#sent = [];
    this.sent = this.#sent;
    this.#stop = stop;
    this.#revocation = revocation;
    if (canceled) this.revoke();
  }

  /**
   * Revokes the task, as `app.control.revoke(id)` does: `this.canceled` becomes true, and `this.signal` is aborted with an
   * AbortError.
   */
  revoke(): void {
    this.#revocation.isRevoked = true;
    this.#stop.abort(new DOMException('The task was revoked.', 'AbortError'));
  }

  /**
   * Ends the time of the task, as its `softTimeLimit` does, or the end of the function's invocation: `this.signal` is aborted
   * with SoftTimeLimitExceeded, and `this.canceled` stays as it is.
   *
   * @param seconds the limit that the error names
   */
  exceedSoftTimeLimit(seconds = 1): void {
    this.#stop.abort(new SoftTimeLimitExceeded(String(seconds)));
  }

  /** Records messages that the task would publish. `runTask` passes them. */
  record(messages: readonly UnpublishedMessage[]): void {
    for (const { task, id, args = [], kwargs = {}, eta = null, deliveryInfo } of messages)
      this.#sent.push({ task, id, args, kwargs, eta, queue: deliveryInfo?.routingKey ?? 'celery' });
  }
}

/**
 * Returns the `this` of a task, for `runTask` and for functions that a task calls.
 *
 * @example
 * const task = createTask();
 * const result = runTask(count, [1000], task);
 * task.revoke();
 * await assert.rejects(result, { name: 'AbortError' });
 */
export function createTask(options?: TestTaskOptions): TestTask {
  return new TestTask(options);
}

/** A Girder job without a server: it has the status that was set last. */
function recordingJob(updateProgress: JobManager['updateProgress'], write: JobManager['write']): JobManager {
  let status: JobStatus = JobStatus.RUNNING;
  return {
    updateProgress,
    write,
    updateStatus: async (next) => {
      status = next;
    },
    refreshStatus: async () => status,
  };
}
