import type { EventLoopUtilization } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { Outcome } from '../outcome/outcome.ts';
import type { System } from '../system/system.ts';
import type { LogLevel } from '../task/task.ts';
import { CancellationFlag, type StopReason } from './cancellation.ts';
import {
  type FromThread,
  type LogData,
  type RunDetails,
  type RunResult,
  resultOf,
  type TaskIdentity,
  type TaskRequestToMain,
  type ThreadData,
  type ToThread,
  threadEnded,
  type UncaughtError,
} from './protocol.ts';
import { endedBySoftLimit, type ResolveLimits, type RunLimits } from './runLimits.ts';
import { uncaughtError } from './uncaughtError.ts';

/** The caller's side of a run, while it lasts. */
export interface RunListener {
  /** Receives a line of the task's log. */
  onLog(level: LogLevel, text: string, data?: LogData): void;
  /** Handles a request of the task. The resolved value, or the text of the rejection, is returned to the task. */
  onRequest(request: TaskRequestToMain): Promise<unknown>;
}

/** A run that a thread has, or that waits for one. */
export interface QueuedRun {
  readonly body: string;
  readonly details: RunDetails;
  readonly listener: RunListener;
  readonly resolveLimits: ResolveLimits;
  readonly settle: (result: RunResult) => void;
  thread?: PoolThread;
  /** How long it may take, once a thread has it. */
  limits?: RunLimits;
  /** It was revoked while it waited for a thread. */
  isRevoked?: boolean;
}

export interface ThreadEvents {
  /** The thread has started, or has finished its run, and may take another. */
  onFree(thread: PoolThread): void;
  /** The thread is being terminated: it takes no more runs. A native call may delay its exit. */
  onTerminating(thread: PoolThread): void;
  /** The thread has exited. `result` is the result of the run that it had. */
  onExit(thread: PoolThread, result: RunResult): void;
  onLateError(error: LateError): void;
}

/** An uncaught error from a task that had already finished: it changes no outcome. */
export type LateError = UncaughtError & TaskIdentity;

export interface PoolThreadOptions {
  readonly file: URL;
  readonly maxHeapMb: number | undefined;
  readonly system: Pick<System, 'startTimer' | 'now'>;
}

/**
 * How long the pool waits for a terminated thread to exit. JavaScript stops within milliseconds, but a native call (a
 * hash, a compression, a child process) runs to its own end, and the outcome must not be late because of it.
 */
const terminationGraceMs = 200;

/** One worker thread of the pool, and the run that it has. */
export class PoolThread {
  readonly #worker: Worker;
  readonly #flag: CancellationFlag;
  readonly #events: ThreadEvents;
  readonly #startTimer: System['startTimer'];
  readonly #cancelTimers: (() => void)[] = [];
  #run: QueuedRun | undefined;
  #atStart: EventLoopUtilization | undefined;
  /** When it was started, in ms since 1970. */
  readonly startedMs: number;
  #hasStarted = false;
  #isTerminating = false;
  #exitError: { readonly reason: string; readonly traceback?: string } = { reason: 'ended' };
  #terminationOutcome: Outcome | undefined;

  constructor({ file, maxHeapMb, system }: PoolThreadOptions, events: ThreadEvents) {
    this.#events = events;
    this.#startTimer = system.startTimer;
    this.startedMs = system.now();
    const cell = new SharedArrayBuffer(4);
    this.#flag = new CancellationFlag(cell);
    const workerData: ThreadData = { cell };
    const limits = maxHeapMb ? { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } } : {};
    this.#worker = new Worker(file, { workerData, ...limits });
    // A task may post messages of its own to the same port; these are not objects with a kind of ours.
    this.#worker.on('message', (message: FromThread | null) => message && this.#onMessage(message));
    this.#worker.on('error', (error) => {
      this.#exitError = uncaughtError(error);
    });
    this.#worker.on('exit', (code) => {
      const result = this.#terminationOutcome
        ? resultOf(this.#terminationOutcome)
        : threadEnded(`${this.#exitError.reason}, exit code ${code}`, this.#exitError.traceback);
      this.#settle(result);
      events.onExit(this, result);
    });
  }

  /** Whether it was ever ready to take a run. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Takes a run. Returns false, and stays free, if the run must not begin any more. */
  take(run: QueuedRun): boolean {
    const limits = run.resolveLimits();
    if ('state' in limits) {
      run.settle(resultOf(limits));
      return false;
    }
    this.#run = run;
    run.limits = limits;
    this.#atStart = this.#worker.performance.eventLoopUtilization();
    run.thread = this;
    this.#worker.ref();
    this.#flag.reset();
    if (run.isRevoked) this.#flag.set();
    this.#send({ kind: 'run', body: run.body, details: run.details });
    const { softMs, hard } = limits;
    if (softMs !== undefined) this.#schedule(() => this.stop(run, 'softLimit'), softMs);
    if (hard) this.#schedule(() => void this.terminate(hard.outcome(this.utilization())), hard.ms);
    return true;
  }

  /** The part of the time since its run began in which the thread was busy, from 0 to 1; 0 for a thread that is free. */
  utilization(): number {
    return this.#run ? this.#worker.performance.eventLoopUtilization(this.#atStart).utilization : 0;
  }

  /** Asks a run to stop, if this thread still has it. */
  stop(run: QueuedRun, reason: StopReason): void {
    if (this.#run !== run) return;
    this.#flag.set(reason);
    this.#send({ kind: 'stop' });
  }

  /** Terminates the thread, whatever it does. Its run ends with this outcome. */
  async terminate(outcome?: Outcome): Promise<void> {
    this.#isTerminating = true;
    this.#terminationOutcome ??= outcome;
    this.#events.onTerminating(this);
    if (outcome) {
      this.#schedule(() => this.#settle({ ...resultOf(outcome), isThreadAlive: true }), terminationGraceMs);
    }
    await this.#worker.terminate();
  }

  #onMessage(message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        this.#hasStarted = true;
        this.#becomeFree();
        return;
      case 'exiting':
        this.#exitError = message.error;
        return;
      case 'lateError':
        this.#events.onLateError(message.error);
        return;
      case 'log':
        this.#run?.listener.onLog(message.level, message.text, message.data);
        return;
      case 'request':
        void this.#answer(message.ticket, message.request);
        return;
      case 'ended':
        this.#settle(
          this.#run ? endedBySoftLimit(message.result, this.#run.limits, this.utilization()) : message.result,
        );
        this.#becomeFree();
        return;
    }
  }

  async #answer(ticket: number | undefined, request: TaskRequestToMain): Promise<void> {
    const run = this.#run;
    if (!run) return;
    try {
      const value = await run.listener.onRequest(request);
      if (ticket !== undefined) this.#send({ kind: 'answer', ticket, value });
    } catch (error) {
      if (ticket !== undefined) this.#send({ kind: 'answer', ticket, error: String(error) });
      else run.listener.onLog('error', `The request "${request.name}" of the task failed: ${error}`);
    }
  }

  /** A free thread keeps no process alive. A thread that is being terminated may still deliver messages: it is not free. */
  #becomeFree(): void {
    if (this.#isTerminating) return;
    this.#worker.unref();
    this.#events.onFree(this);
  }

  #settle(result: RunResult): void {
    const run = this.#run;
    this.#run = undefined;
    for (const cancel of this.#cancelTimers.splice(0)) cancel();
    run?.settle(result);
  }

  #schedule(callback: () => void, ms: number): void {
    this.#cancelTimers.push(this.#startTimer(callback, ms));
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}
