/** Runs tasks in the tests of a plugin: `import { createTask, runTask } from 'girder-worker/testing'`. */
import { nodeSystem } from '../system/nodeSystem.ts';
import type { RegisteredTask } from './app.ts';
import { definitionOf, type TaskDefinition } from './definition.ts';
import { requestWithoutMessage } from './eager.ts';
import type { GirderClient } from './girder/girderClient.ts';
import type { JobManager, JobProgress } from './girder/jobManager.ts';
import { JobStatus } from './girder/jobStatus.ts';
import type { TaskOptions } from './options.ts';
import type { TaskRequest } from './request.ts';
import { type LogLevel, Task } from './task.ts';

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

/** The `this` of a task in a test. The test revokes it, and reads what the task has reported. */
export class TestTask extends Task {
  override readonly jobManager: JobManager;
  declare readonly girderClient?: GirderClient;
  /** The updates of `this.jobManager.updateProgress`, in order. */
  readonly progress: readonly JobProgress[];
  /** The states that the task has set with `this.updateState`, in order. */
  readonly states: readonly { readonly state: string; readonly meta: unknown }[];
  /** The lines that the task has written to `this.log`, in order. */
  readonly lines: readonly { readonly level: LogLevel; readonly text: string }[];
  readonly #revocation: AbortController;

  constructor({ canceled = false, request = {}, options = {}, onProgress, girderClient }: TestTaskOptions = {}) {
    const revocation = new AbortController();
    const states: { state: string; meta: unknown }[] = [];
    const lines: { level: LogLevel; text: string }[] = [];
    super(
      { ...requestWithoutMessage('task.in.a.test', []), ...request },
      {
        system: nodeSystem,
        isCanceled: () => revocation.signal.aborted,
        signal: () => revocation.signal,
        log: (level, text) => void lines.push({ level, text }),
        updateState: async (state, meta) => void states.push({ state, meta }),
        notify: () => undefined,
        request: (name) => Promise.reject(new Error(`A task in a test has no worker to ask for "${name}".`)),
      },
      options,
    );
    const progress: JobProgress[] = [];
    this.jobManager = recordingJob((update) => {
      progress.push(update);
      onProgress?.(update);
    });
    if (girderClient) this.girderClient = girderClient;
    this.progress = progress;
    this.states = states;
    this.lines = lines;
    this.#revocation = revocation;
    if (canceled) this.revoke();
  }

  /**
   * Revokes the task, as `app.control.revoke(id)` does: `this.canceled` becomes true, and `this.signal` is aborted with an
   * AbortError.
   */
  revoke(): void {
    this.#revocation.abort(new DOMException('The task was revoked.', 'AbortError'));
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

/**
 * Calls the function of a task with this `this` and these arguments, and returns what it returns. Unlike a worker, it does
 * not validate the arguments, retry, observe time limits, or turn errors into results: what the task throws is thrown.
 *
 * Throws TypeError if the value is not a task.
 *
 * @param context the `this` of the task, from `createTask`, or the options for it
 * @example assert.equal(await runTask(count, [10], { canceled: true }), 0)
 */
export function runTask<A extends readonly unknown[], R>(
  task: RegisteredTask<A, R>,
  args: A,
  context: TestTask | TestTaskOptions = {},
): R {
  const definition = definitionOf(task);
  if (!definition) throw new TypeError(`runTask needs a task that app.task has returned, got ${describe(task)}.`);
  return definition.fn.apply(
    context instanceof TestTask ? context : contextOf(definition, args, context),
    args as never,
  ) as R;
}

function contextOf({ fn, options }: TaskDefinition, args: readonly unknown[], context: TestTaskOptions): TestTask {
  // Not the name under which it is registered: that cannot be derived for a task that a test file declares.
  const request = { task: options.name ?? fn.name, args, ...context.request };
  return new TestTask({ options, ...context, request });
}

/** A Girder job without a server: it has the status that was set last. */
function recordingJob(updateProgress: (progress: JobProgress) => void): JobManager {
  let status: JobStatus = JobStatus.RUNNING;
  return {
    updateProgress,
    write: () => undefined,
    updateStatus: async (next) => {
      status = next;
    },
    refreshStatus: async () => status,
  };
}

function describe(value: unknown): string {
  return typeof value === 'function' ? 'a function without app.task' : typeof value;
}
