import type { Outcome } from '../outcome/outcome.ts';
import {
  lost,
  PoolThread,
  type QueuedRun,
  type ResolveLimits,
  type RunListener,
  type ThreadEvents,
} from './poolThread.ts';
import type { MapCall, RunResult } from './protocol.ts';

export type { ResolveLimits as Decide, RunLimits, RunListener } from './poolThread.ts';
export type { MapCall as Calls, RunResult as Ending } from './protocol.ts';

export interface PoolOptions {
  /** The module that calls `serveTasks`; a thread is started from a file. */
  readonly threadFile: URL;
  /** How many tasks run at the same time; further ones wait. */
  readonly concurrency: number;
  /** What a task may have in memory before its thread is ended, so that others are spared. @default Node's own limit */
  readonly maxHeapMb?: number | undefined;
  /**
   * For how long runs wait for the threads that are there before others are started, which takes about as long: a batch of
   * short tasks shares the thread that is warm, and pays for no other. @default 50
   */
  readonly scaleUpDelayMs?: number;
}

/** A run that was asked for. */
export interface Run {
  readonly ended: Promise<RunResult>;
  /** Makes `canceled` true in the task; one that waits for a thread still gets one, and is told there. */
  cancel(): void;
  /** Ends the task in the middle of whatever it does, with this outcome; one that has ended already keeps its own. */
  terminate(outcome: Outcome): void;
}

/** Threads that run tasks: one task per thread at a time, threads started when they are needed and kept. */
export interface Pool {
  run(body: string, listener: RunListener, decide?: ResolveLimits, calls?: MapCall): Run;
  /** Starts a thread ahead of the first run. */
  warmUp(): void;
  /** Ends all threads; runs that have not ended come to a FAILURE. */
  close(): Promise<void>;
}

export function createPool({ threadFile, concurrency, maxHeapMb, scaleUpDelayMs: patienceMs = 50 }: PoolOptions): Pool {
  const alive = new Set<PoolThread>();
  /** Those that are being ended have no place in the pool any more, as that may take for as long as a native call. */
  const ending = new Set<PoolThread>();
  const idle: PoolThread[] = [];
  const waiting: QueuedRun[] = [];
  /** Runs while somebody waits. */
  let patience: NodeJS.Timeout | undefined;

  const events: ThreadEvents = {
    onFree(thread) {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (thread.take(next)) return;
      }
      idle.push(thread);
      clearTimeout(patience);
      patience = undefined;
    },
    onEnding(thread) {
      ending.add(thread);
      takeAway(thread);
    },
    onGone(thread, lastEnding) {
      ending.delete(thread);
      // One that cannot even start costs the run that it was started for: others would wait for ever.
      if (!thread.hasStarted) waiting.shift()?.settle(lastEnding);
      takeAway(thread);
    },
  };
  const start = () => alive.add(new PoolThread(threadFile, events, maxHeapMb));

  const takeAway = (thread: PoolThread) => {
    alive.delete(thread);
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
    if (alive.size === 0 && waiting.length > 0) start();
  };

  const assign = (job: QueuedRun) => {
    const thread = idle.pop();
    if (thread) {
      if (!thread.take(job)) idle.push(thread);
      return;
    }
    waiting.push(job);
    if (alive.size === 0) start();
    patience ??= setTimeout(scaleUp, patienceMs);
  };

  /** Starts threads for those that wait; but while none has started yet, they may all be short. */
  const scaleUp = () => {
    const starting = [...alive].filter((thread) => !thread.hasStarted).length;
    const missing = starting < alive.size ? waiting.length - starting : 0;
    for (let i = 0; i < missing && alive.size < concurrency; i++) start();
    patience = waiting.length > 0 ? setTimeout(scaleUp, patienceMs) : undefined;
  };

  return {
    run(body, listener, decide = () => ({}), calls) {
      const { promise, resolve } = Promise.withResolvers<RunResult>();
      const job: QueuedRun = {
        body,
        calls,
        listener,
        resolveLimits: decide,
        settle: resolve,
      };
      assign(job);
      let hasEnded = false;
      const ended = promise.finally(() => {
        hasEnded = true;
      });
      return {
        ended,
        cancel() {
          if (job.thread) job.thread.stop(job, 'revoked');
          else job.isRevoked = true;
        },
        terminate(outcome) {
          if (hasEnded) return;
          if (job.thread) void job.thread.terminate(outcome);
          else if (waiting.includes(job)) waiting.splice(waiting.indexOf(job), 1);
          resolve({ outcome, childrenJson: '[]' });
        },
      };
    },
    warmUp() {
      if (alive.size === 0) start();
    },
    async close() {
      clearTimeout(patience);
      const outcome = lost('the pool was closed');
      for (const job of waiting.splice(0)) job.settle({ outcome, childrenJson: '[]' });
      await Promise.all([...alive, ...ending].map((thread) => thread.terminate()));
    },
  };
}
