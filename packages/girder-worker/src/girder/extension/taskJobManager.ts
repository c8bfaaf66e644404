import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import type { JobManager, JobProgress } from '../../task/girder/jobManager.ts';
import type { JobStatus } from '../../task/girder/jobStatus.ts';
import type { TaskRuntime } from '../../task/task.ts';
import type { JobAnswer, JobRequest, JobRequestName } from '../jobs/jobRequest.ts';
import { GirderError, StateTransitionError } from '../wire/girderError.ts';

/** The time between two messages of progress to the main thread, so that a loop that reports each step costs little. */
const progressIntervalMs = 50;

/** `this.jobManager` of a task: the main thread makes the updates, also while the task computes. */
export class TaskJobManager implements JobManager {
  readonly #runtime: Pick<TaskRuntime, 'request' | 'notify'>;
  readonly #system: Pick<System, 'now' | 'startTimer'>;
  #waiting: JobProgress | undefined;
  #sentMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(
    runtime: Pick<TaskRuntime, 'request' | 'notify'>,
    system: Pick<System, 'now' | 'startTimer'> = nodeSystem,
  ) {
    this.#runtime = runtime;
    this.#system = system;
  }

  write(text: string, { forceFlush = false }: { readonly forceFlush?: boolean } = {}): void {
    this.#send({ kind: 'write', text: String(text), forceFlush });
  }

  updateProgress(progress: JobProgress): void {
    this.#waiting = { ...this.#waiting, ...withoutUndefined(progress) };
    const waitMs = this.#sentMs + progressIntervalMs - this.#system.now();
    if (waitMs <= 0 || progress.forceFlush) this.flush();
    else this.#cancelTimer ??= this.#system.startTimer(() => this.flush(), waitMs, { keepAlive: false });
  }

  async updateStatus(status: JobStatus): Promise<void> {
    this.flush();
    const answer = await this.#ask({ kind: 'status', status });
    if (answer.kind === 'transitionRefused') throw new StateTransitionError(answer.message);
  }

  async refreshStatus(): Promise<JobStatus> {
    this.flush();
    const answer = await this.#ask({ kind: 'read' });
    if (answer.kind !== 'ok') throw new GirderError('UNREACHABLE', answer.message);
    return answer.status as JobStatus;
  }

  /** Sends the progress that waits. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (!this.#waiting) return;
    this.#send({ kind: 'progress', ...this.#waiting });
    this.#waiting = undefined;
    this.#sentMs = this.#system.now();
  }

  /** The main thread logs what Girder does not receive. */
  #send(request: JobRequest): void {
    this.#runtime.notify('girderJob' satisfies JobRequestName, request);
  }

  async #ask(request: JobRequest): Promise<JobAnswer> {
    return (await this.#runtime.request('girderJob' satisfies JobRequestName, request)) as JobAnswer;
  }
}

function withoutUndefined(progress: JobProgress): JobProgress {
  return Object.fromEntries(Object.entries(progress).filter(([, value]) => value !== undefined));
}
