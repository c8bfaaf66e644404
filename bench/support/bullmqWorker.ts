import run from '../bullmq/processor.ts';
import type { Bullmq, Job, Worker } from './bullmqPackage.ts';
import type { RedisServer } from './redisServer.ts';
import { cpuOf } from './rounds.ts';

const timeoutMs = 60_000;

export interface BullmqOptions {
  readonly bullmq: Bullmq;
  readonly redis: RedisServer;
  /** Concurrent jobs. */
  readonly concurrency: number;
  /** True: each concurrent job has a worker thread. False: all jobs run in the thread of this process. */
  readonly threads: boolean;
}

/** `count` equal jobs. */
export interface Jobs {
  readonly task: string;
  readonly data: unknown;
  /** The expected return value of each job. */
  readonly result: string | number | null;
  readonly count: number;
}

/** A BullMQ queue with a worker. */
export interface BullmqWorker extends AsyncDisposable {
  /**
   * Adds the jobs in one request while the queue is paused, then runs them. Resolves to the CPU of this process for adding
   * and for running, and the CPU of Redis for both, in microseconds per job, and to the jobs per second. The results stay in
   * Redis, which is BullMQ's default, until the end of the measurement.
   */
  measure(jobs: Jobs): Promise<Record<'addCpuUs' | 'cpuUs' | 'redisCpuUs' | 'perSecond', number>>;
}

export async function startBullmq({ bullmq, redis, concurrency, threads }: BullmqOptions): Promise<BullmqWorker> {
  const name = crypto.randomUUID();
  const connection = { host: '127.0.0.1', port: redis.port };
  const queue = new bullmq.Queue(name, { connection });
  const processor = threads ? new URL('../bullmq/processor.ts', import.meta.url) : run;
  const worker = new bullmq.Worker(name, processor, { connection, concurrency, useWorkerThreads: threads });
  await worker.waitUntilReady();
  return {
    async measure({ task, data, result, count }) {
      await queue.pause();
      const jobs = Array.from({ length: count }, () => ({ name: task, data }));
      const redisStart = redis.cpuSeconds();
      const added = await cpuOf(() => queue.addBulk(jobs));
      const ran = await cpuOf(async () => {
        const ended = allCompleted(worker, count, result);
        await queue.resume();
        await ended;
      });
      const redisSeconds = redis.cpuSeconds() - redisStart;
      await queue.clean(0, count, 'completed');
      return {
        addCpuUs: added.cpuUs / count,
        cpuUs: ran.cpuUs / count,
        redisCpuUs: (redisSeconds * 1e6) / count,
        perSecond: (count / ran.elapsedMs) * 1000,
      };
    },
    async [Symbol.asyncDispose]() {
      await worker.close();
      await queue.close();
    },
  };
}

async function allCompleted(worker: Worker, count: number, result: Jobs['result']): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let open = count;
  const onCompleted = ({ name }: Job, returned: unknown) => {
    if (returned !== result) reject(new Error(`A job ${name} returned ${JSON.stringify(returned)}.`));
    else if (--open === 0) resolve();
  };
  const onFailed = (_: Job | undefined, error: Error) => reject(error);
  const timer = setTimeout(() => reject(new Error(`${open} of ${count} jobs have not ended.`)), timeoutMs);
  worker.on('completed', onCompleted).on('failed', onFailed).on('error', reject);
  try {
    await promise;
  } finally {
    worker.off('completed', onCompleted).off('failed', onFailed).off('error', reject);
    clearTimeout(timer);
  }
}
