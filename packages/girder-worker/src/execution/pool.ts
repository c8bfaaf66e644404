import type { Outcome } from '../outcome/outcome.ts';
import { CancellationFlag } from './cancellation.ts';
import { type Decide, type Job, PoolThread, type RunListener, type ThreadEvents } from './poolThread.ts';
import type { Calls, Ending } from './protocol.ts';

export type { Decide, RunLimits, RunListener } from './poolThread.ts';
export type { Calls, Ending } from './protocol.ts';

export interface PoolOptions {
  /** The module that calls `serveTasks`; a thread is started from a file. */
  readonly threadFile: URL;
  /** How many tasks run at the same time; further ones wait. */
  readonly concurrency: number;
  /** What a task may have in memory before its thread is ended, so that others are spared. @default Node's own limit */
  readonly maxHeapMb?: number | undefined;
}

/** A run that was asked for. */
export interface Run {
  readonly ended: Promise<Ending>;
  /** Makes `canceled` true in the task; one that waits for a thread still gets one, and is told there. */
  cancel(): void;
  /** Ends the task in the middle of whatever it does, with this outcome; one that has ended already keeps its own. */
  terminate(outcome: Outcome): void;
}

/** Threads that run tasks: one task per thread at a time, threads started when they are needed and kept. */
export interface Pool {
  run(body: string, listener: RunListener, decide?: Decide, calls?: Calls): Run;
  /** Starts a thread ahead of the first run. */
  warmUp(): void;
  /** Ends all threads; runs that have not ended come to a FAILURE. */
  close(): Promise<void>;
}

export function createPool({ threadFile, concurrency, maxHeapMb }: PoolOptions): Pool {
  const idle: PoolThread[] = [];
  const alive = new Set<PoolThread>();
  const waiting: Job[] = [];

  const events: ThreadEvents = {
    onFree(thread) {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (thread.take(next)) return;
      }
      idle.push(thread);
    },
    onGone(thread) {
      alive.delete(thread);
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
      const next = waiting.shift();
      if (next) assign(next);
    },
  };
  const assign = (job: Job) => {
    const thread = idle.pop() ?? (alive.size < concurrency ? new PoolThread(threadFile, events, maxHeapMb) : undefined);
    if (!thread) {
      waiting.push(job);
      return;
    }
    alive.add(thread);
    if (!thread.take(job)) idle.push(thread);
  };

  return {
    run(body, listener, decide = () => ({}), calls) {
      const { promise, resolve } = Promise.withResolvers<Ending>();
      const job: Job = { body, calls, flag: new CancellationFlag(), listener, decide, settle: resolve };
      assign(job);
      let hasEnded = false;
      const ended = promise.finally(() => {
        hasEnded = true;
      });
      return {
        ended,
        cancel() {
          if (job.thread) job.thread.stop(job, 'revoked');
          else job.flag.raise();
        },
        terminate(outcome) {
          if (hasEnded) return;
          if (job.thread) void job.thread.terminate(outcome);
          else waiting.splice(waiting.indexOf(job), 1);
          resolve({ outcome, childrenJson: '[]' });
        },
      };
    },
    warmUp() {
      if (alive.size > 0) return;
      const thread = new PoolThread(threadFile, events, maxHeapMb);
      alive.add(thread);
      idle.push(thread);
    },
    async close() {
      await Promise.all([...alive].map((thread) => thread.terminate()));
    },
  };
}
