import { Worker } from 'node:worker_threads';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { LogLevel } from '../task/task.ts';
import { CancellationFlag } from './cancellation.ts';
import type { FromThread, ToThread } from './protocol.ts';

export interface PoolOptions {
  /** The module that calls `serveTasks`; a thread is started from a file. */
  readonly threadFile: URL;
  /** How many tasks run at the same time; further ones wait. */
  readonly concurrency: number;
}

/** A task's line of log. */
export type LogListener = (level: LogLevel, text: string) => void;

/** A run that was asked for. */
export interface Run {
  readonly outcome: Promise<Outcome>;
  /** Makes `canceled` true in the task; one that waits for a thread still gets one, and is told there. */
  cancel(): void;
}

/** Threads that run tasks: one task per thread at a time, threads started when they are needed and kept. */
export interface Pool {
  run(body: string, onLog: LogListener): Run;
  /** Ends all threads; runs that have not ended come to a FAILURE. */
  close(): Promise<void>;
}

interface Job {
  readonly body: string;
  readonly flag: CancellationFlag;
  readonly onLog: LogListener;
  readonly settle: (outcome: Outcome) => void;
  thread?: PoolThread;
}

export function createPool({ threadFile, concurrency }: PoolOptions): Pool {
  const idle: PoolThread[] = [];
  const alive = new Set<PoolThread>();
  const waiting: Job[] = [];

  const assign = (job: Job) => {
    const thread = idle.pop() ?? (alive.size < concurrency ? start() : undefined);
    if (thread) thread.take(job);
    else waiting.push(job);
  };
  const start = () => {
    const thread = new PoolThread(threadFile, {
      onFree: () => {
        const next = waiting.shift();
        if (next) thread.take(next);
        else idle.push(thread);
      },
      onGone: () => {
        alive.delete(thread);
        if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
        const next = waiting.shift();
        if (next) assign(next);
      },
    });
    alive.add(thread);
    return thread;
  };

  return {
    run(body, onLog) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const job: Job = { body, flag: new CancellationFlag(), onLog, settle: resolve };
      assign(job);
      return {
        outcome: promise,
        cancel: () => {
          job.flag.raise();
          job.thread?.wake();
        },
      };
    },
    async close() {
      await Promise.all([...alive].map((thread) => thread.terminate()));
    },
  };
}

/** One worker thread, and the job that it has. */
class PoolThread {
  readonly #worker: Worker;
  readonly #onFree: () => void;
  #job: Job | undefined;
  #death = 'ended';

  constructor(file: URL, { onFree, onGone }: { onFree: () => void; onGone: () => void }) {
    this.#onFree = onFree;
    this.#worker = new Worker(file);
    this.#worker.on('message', (reply: FromThread) => this.#hear(reply));
    this.#worker.on('error', (error) => {
      this.#death = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    });
    this.#worker.on('exit', (code) => {
      const job = this.#job;
      this.#job = undefined;
      onGone();
      job?.settle(lost(`The task's thread ended (${this.#death}, exit code ${code}).`));
    });
    this.#worker.unref(); // An idle thread keeps no process alive.
  }

  take(job: Job): void {
    this.#job = job;
    job.thread = this;
    this.#worker.ref();
    this.#tell({ kind: 'run', body: job.body, cell: job.flag.cell });
  }

  /** Tells a task that waits that its flag has changed. */
  wake(): void {
    this.#tell({ kind: 'cancel' });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #hear(reply: FromThread): void {
    switch (reply.kind) {
      case 'ready':
        return;
      case 'log':
        this.#job?.onLog(reply.level, reply.text);
        return;
      case 'outcome': {
        const job = this.#job;
        this.#job = undefined;
        this.#worker.unref();
        this.#onFree();
        job?.settle(reply.outcome);
      }
    }
  }

  #tell(order: ToThread): void {
    this.#worker.postMessage(order);
  }
}

function lost(reason: string): Outcome {
  return { state: 'FAILURE', failure: failureOf('WorkerLostError', [reason], 'billiard.exceptions') };
}
