import type { Outcome } from '../outcome/outcome.ts';
import { CancellationFlag } from './cancellation.ts';
import { type Job, PoolThread, type RunLimits, type RunListener, type ThreadEvents } from './poolThread.ts';
import type { Calls, Ending } from './protocol.ts';

export type { RunLimits, RunListener } from './poolThread.ts';
export type { Calls, Ending } from './protocol.ts';

export interface PoolOptions {
  /** The module that calls `serveTasks`; a thread is started from a file. */
  readonly threadFile: URL;
  /** How many tasks run at the same time; further ones wait. */
  readonly concurrency: number;
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
  run(body: string, listener: RunListener, limits?: RunLimits, calls?: Calls): Run;
  /** Ends all threads; runs that have not ended come to a FAILURE. */
  close(): Promise<void>;
}

export function createPool({ threadFile, concurrency }: PoolOptions): Pool {
  const idle: PoolThread[] = [];
  const alive = new Set<PoolThread>();
  const waiting: Job[] = [];

  const events: ThreadEvents = {
    onFree(thread) {
      const next = waiting.shift();
      if (next) thread.take(next);
      else idle.push(thread);
    },
    onGone(thread) {
      alive.delete(thread);
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
      const next = waiting.shift();
      if (next) assign(next);
    },
  };
  const assign = (job: Job) => {
    const thread = idle.pop() ?? (alive.size < concurrency ? new PoolThread(threadFile, events) : undefined);
    if (!thread) {
      waiting.push(job);
      return;
    }
    alive.add(thread);
    thread.take(job);
  };

  return {
    run(body, listener, limits = {}, calls) {
      const { promise, resolve } = Promise.withResolvers<Ending>();
      const job: Job = { body, calls, flag: new CancellationFlag(), listener, limits, settle: resolve };
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
    async close() {
      await Promise.all([...alive].map((thread) => thread.terminate()));
    },
  };
}
