import type { Outcome } from '../outcome/outcome.ts';
import { availableCores } from '../system/cores.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { type LateError, PoolThread, type QueuedRun, type RunListener, type ThreadEvents } from './poolThread.ts';
import { type RunDetails, type RunResult, resultOf, threadEnded } from './protocol.ts';
import type { ResolveLimits } from './runLimits.ts';

export type { LateError, RunListener } from './poolThread.ts';
export type { MapCall, RunDetails, RunResult, TaskRequestToMain, UpdateStatePayload } from './protocol.ts';
export type { ResolveLimits, RunLimits } from './runLimits.ts';

export interface PoolOptions {
  /** The module that calls `serveTasks`: a worker thread is started from a file. */
  readonly threadFile: URL;
  /** The most tasks that run at the same time; further ones wait. */
  readonly concurrency: number;
  /** The heap of one thread in MB; a task that exceeds it ends its thread, and no other. @default the limit of Node */
  readonly maxHeapMb?: number | undefined;
  /**
   * How long runs wait without a break before further threads are started, in ms. Starting one takes about as long, so a
   * batch of short tasks shares the thread that is warm. @default 50
   */
  readonly scaleUpDelayMs?: number;
  /**
   * The cores that the process can use. While as many threads are busy, there is one more at most: further ones would take the time of
   * those that compute. @default those of this machine
   */
  readonly cores?: number;
  /** Called with an uncaught error from a task that had already finished. @default emits a warning of the process */
  readonly onLateError?: ((error: LateError) => void) | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'startTimer' | 'now'>;
}

/** A run that was requested. */
export interface Run {
  readonly ended: Promise<RunResult>;
  /** Makes `canceled` true in the task. A run that waits for a thread still gets one, and sees the flag there. */
  cancel(): void;
  /** Terminates the task, whatever it does, with this outcome. A task that has ended keeps its own outcome. */
  terminate(outcome: Outcome): void;
}

/** Worker threads that run tasks: one task per thread at a time; threads start on demand and stay. */
export interface Pool {
  run(body: string, listener: RunListener, resolveLimits?: ResolveLimits, details?: RunDetails): Run;
  /** Starts a thread before the first run. */
  warmUp(): void;
  /** Since when the oldest thread that is not ready yet has been starting, in ms since 1970; undefined if all are ready. */
  startingSinceMs(): number | undefined;
  /** Terminates all threads. Runs that have not ended end as FAILURE, WorkerLostError. */
  close(): Promise<void>;
}

/** A thread that is busy for this part of its run computes, or waits in a native call. */
const busyUtilization = 0.9;

/** How long the pool makes do with the threads that it has after one could not start, in ms. */
const restartDelayMs = 5000;

export function createPool(options: PoolOptions): Pool {
  const { threadFile: file, concurrency, maxHeapMb, scaleUpDelayMs = 50, system = nodeSystem } = options;
  const { onLateError = warnOfLateError, cores = availableCores() } = options;
  const alive = new Set<PoolThread>();
  /** Threads that are being terminated do not count towards the concurrency: a native call may delay their exit. */
  const terminating = new Set<PoolThread>();
  const free: PoolThread[] = [];
  const waiting: QueuedRun[] = [];
  /** A thread could not start: the next one would probably fail, too. */
  let noStartBeforeMs = 0;
  /** Cancels the timer that runs while runs wait. */
  let cancelScaleUp: (() => void) | undefined;

  const events: ThreadEvents = {
    onFree(thread) {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (thread.take(next)) return;
      }
      free.push(thread);
      cancelScaleUp?.();
      cancelScaleUp = undefined;
    },
    onTerminating(thread) {
      terminating.add(thread);
      remove(thread);
    },
    onExit(thread, lastResult) {
      terminating.delete(thread);
      remove(thread);
      if (thread.hasStarted) return;
      noStartBeforeMs = system.now() + restartDelayMs;
      // If no other thread is left, a thread that cannot start fails a run; otherwise the runs would wait without end.
      if (alive.size === 0) waiting.shift()?.settle(lastResult);
      if (alive.size === 0 && waiting.length > 0) start();
    },
    onLateError,
  };
  const start = () => alive.add(new PoolThread({ file, maxHeapMb, system }, events));

  const remove = (thread: PoolThread) => {
    alive.delete(thread);
    if (free.includes(thread)) free.splice(free.indexOf(thread), 1);
    if (thread.hasStarted && alive.size === 0 && waiting.length > 0) start();
  };

  const assign = (run: QueuedRun) => {
    const thread = free.pop();
    if (thread) {
      if (!thread.take(run)) free.push(thread);
      return;
    }
    waiting.push(run);
    if (alive.size === 0) start();
    cancelScaleUp ??= system.startTimer(scaleUp, scaleUpDelayMs);
  };

  /**
   * Starts threads for the runs that wait, unless those that run are busy on all cores; but while no thread has started yet, all of
   * them may be short.
   */
  const scaleUp = () => {
    const busy = [...alive].filter((thread) => thread.utilization() > busyUtilization).length;
    const most = busy >= cores ? Math.min(concurrency, Math.ceil(cores) + 1) : concurrency;
    const starting = [...alive].filter((thread) => !thread.hasStarted).length;
    const mayStart = starting < alive.size && system.now() >= noStartBeforeMs;
    const missing = mayStart ? waiting.length - starting : 0;
    for (let i = 0; i < missing && alive.size < most; i++) start();
    cancelScaleUp = waiting.length > 0 ? system.startTimer(scaleUp, scaleUpDelayMs) : undefined;
  };

  return {
    run(body, listener, resolveLimits = () => ({}), details = {}) {
      const { promise, resolve } = Promise.withResolvers<RunResult>();
      const run: QueuedRun = { body, details, listener, resolveLimits, settle: resolve };
      assign(run);
      let hasEnded = false;
      const ended = promise.finally(() => {
        hasEnded = true;
      });
      return {
        ended,
        cancel() {
          if (run.thread) run.thread.stop(run, 'revoked');
          else run.isRevoked = true;
        },
        terminate(outcome) {
          if (hasEnded) return;
          if (run.thread) void run.thread.terminate(outcome);
          else if (waiting.includes(run)) waiting.splice(waiting.indexOf(run), 1);
          resolve(resultOf(outcome));
        },
      };
    },
    warmUp() {
      if (alive.size === 0) start();
    },
    startingSinceMs() {
      const starting = [...alive].filter((thread) => !thread.hasStarted).map(({ startedMs }) => startedMs);
      return starting.length > 0 ? Math.min(...starting) : undefined;
    },
    async close() {
      cancelScaleUp?.();
      const result = threadEnded('the pool was closed');
      for (const run of waiting.splice(0)) run.settle(result);
      await Promise.all([...alive, ...terminating].map((thread) => thread.terminate()));
    },
  };
}

/** Emits a warning of the process for an uncaught error from a task that had already finished. */
export function warnOfLateError({ task, id, traceback }: LateError): void {
  process.emitWarning(`Uncaught error from task ${task}[${id}] after it had finished:\n${traceback}`);
}
