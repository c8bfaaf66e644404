import { Worker } from 'node:worker_threads';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { LogLevel } from '../task/task.ts';
import { CancellationFlag, type StopReason } from './cancellation.ts';
import type { FromThread, MapCall, RunResult, ThreadData, ToThread } from './protocol.ts';

/** Who asked for a run, and hears of it while it lasts. */
export interface RunListener {
  /** A task's line of log. */
  onLog(level: LogLevel, text: string): void;
  /** The task stores a state of its own; a rejection reaches the task. */
  onState(state: string, metaJson: string): Promise<void>;
}

/** How long a run may take, from when a thread has it. */
export interface RunLimits {
  /** After this the task is asked to stop. */
  readonly softMs?: number | undefined;
  /** After this it is ended, with this outcome. */
  readonly hard?: { readonly ms: number; readonly outcome: Outcome } | undefined;
}

/**
 * Decides, when a thread has come free for a run, how long it may take; or, by an outcome, that there is no use any more
 * in beginning it.
 */
export type ResolveLimits = () => RunLimits | Outcome;

/** A run that a thread has, or that waits for one. */
export interface QueuedRun {
  readonly body: string;
  readonly calls: MapCall | undefined;
  readonly listener: RunListener;
  readonly resolveLimits: ResolveLimits;
  readonly settle: (ending: RunResult) => void;
  thread?: PoolThread;
  /** It was revoked while it waited for a thread. */
  isRevoked?: boolean;
}

export interface ThreadEvents {
  /** It has started, or has no job any more, and may take one. */
  onFree(thread: PoolThread): void;
  /** It is being ended, takes no more jobs, and is gone soon, or when a native call is over. */
  onEnding(thread: PoolThread): void;
  /** It has ended, with whatever job it had, which comes to this. */
  onGone(thread: PoolThread, ending: RunResult): void;
}

/**
 * How long the end of a thread is waited for. Code in JavaScript ends within milliseconds, but a native call (a hash, a
 * compression, a child process that is waited for) goes on to its own end, and the outcome must not come too late.
 */
const nativeCallMs = 200;

/** One worker thread, and the job that it has. */
export class PoolThread {
  readonly #worker: Worker;
  readonly #flag: CancellationFlag;
  readonly #events: ThreadEvents;
  readonly #timers: NodeJS.Timeout[] = [];
  #job: QueuedRun | undefined;
  #hasStarted = false;
  #isEnding = false;
  #death = 'ended';
  #outcomeOfTermination: Outcome | undefined;

  constructor(file: URL, events: ThreadEvents, maxHeapMb: number | undefined) {
    this.#events = events;
    const cell = new SharedArrayBuffer(4);
    this.#flag = new CancellationFlag(cell);
    const workerData: ThreadData = { cell };
    const limits = maxHeapMb ? { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } } : {};
    this.#worker = new Worker(file, { workerData, ...limits });
    // A task may say things of its own there, which are nothing to us.
    this.#worker.on('message', (reply: FromThread | null) => reply && this.#hear(reply));
    this.#worker.on('error', (error) => {
      this.#death = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    });
    this.#worker.on('exit', (code) => {
      const ending = {
        outcome: this.#outcomeOfTermination ?? lost(`${this.#death}, exit code ${code}`),
        childrenJson: '[]',
      };
      this.#settle(ending);
      events.onGone(this, ending);
    });
  }

  /** Whether it has ever been ready to take a job. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Takes a job, unless it is decided now that it is not to begin: then false, and the thread is as free as before. */
  take(job: QueuedRun): boolean {
    const limits = job.resolveLimits();
    if ('state' in limits) {
      job.settle({ outcome: limits, childrenJson: '[]' });
      return false;
    }
    this.#job = job;
    job.thread = this;
    this.#worker.ref();
    this.#flag.reset();
    if (job.isRevoked) this.#flag.set();
    this.#tell({ kind: 'run', body: job.body, calls: job.calls });
    const { softMs, hard } = limits;
    if (softMs !== undefined) this.#timers.push(setTimeout(() => this.stop(job, 'softLimit'), softMs));
    if (hard) this.#timers.push(setTimeout(() => void this.terminate(hard.outcome), hard.ms));
    return true;
  }

  /** Asks a job to stop, if it is still this thread's. */
  stop(job: QueuedRun, reason: StopReason): void {
    if (this.#job !== job) return;
    this.#flag.set(reason);
    this.#tell({ kind: 'stop' });
  }

  /** Ends the thread in the middle of whatever it does; its job comes to this outcome. */
  async terminate(outcome?: Outcome): Promise<void> {
    this.#isEnding = true;
    this.#outcomeOfTermination ??= outcome;
    this.#events.onEnding(this);
    if (outcome) this.#timers.push(setTimeout(() => this.#settle({ outcome, childrenJson: '[]' }), nativeCallMs));
    await this.#worker.terminate();
  }

  #hear(reply: FromThread): void {
    switch (reply.kind) {
      case 'ready':
        this.#hasStarted = true;
        this.#rest();
        return;
      case 'dying':
        this.#death = reply.reason;
        return;
      case 'stray':
        process.emitWarning(reply.text);
        return;
      case 'log':
        this.#job?.listener.onLog(reply.level, reply.text);
        return;
      case 'state':
        this.#job?.listener.onState(reply.state, reply.metaJson).then(
          () => this.#tell({ kind: 'stateStored', ticket: reply.ticket }),
          (error: unknown) => this.#tell({ kind: 'stateStored', ticket: reply.ticket, error: String(error) }),
        );
        return;
      case 'ended':
        this.#settle(reply.ending);
        this.#rest();
        return;
    }
  }

  /** An idle thread keeps no process alive. What one says that is being ended was on its way. */
  #rest(): void {
    if (this.#isEnding) return;
    this.#worker.unref();
    this.#events.onFree(this);
  }

  #settle(ending: RunResult): void {
    const job = this.#job;
    this.#job = undefined;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    job?.settle(ending);
  }

  #tell(order: ToThread): void {
    this.#worker.postMessage(order);
  }
}

/** The outcome of a task whose thread is gone. */
export function lost(why: string): Outcome {
  const failure = failureOf('WorkerLostError', [`The task's thread ended (${why}).`], 'billiard.exceptions');
  return { state: 'FAILURE', failure };
}
