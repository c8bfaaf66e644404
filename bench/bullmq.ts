import { createPool, type Pool } from '../packages/girder-worker/src/execution/pool.ts';
import { createSoloPool } from '../packages/girder-worker/src/execution/soloPool.ts';
import { registry } from './fixtures/registry.ts';
import { bullmqVersions, loadBullmq } from './support/bullmqPackage.ts';
import { type Jobs, startBullmq } from './support/bullmqWorker.ts';
import { bodyOf } from './support/function.ts';
import { runToEnd, startAllThreads } from './support/ownPool.ts';
import { redisVersion, startRedis } from './support/redisServer.ts';
import { cpuOf, interleave, repeat } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';

/** Concurrent tasks: as many as a batch of SQS has messages. */
const atOnce = 10;

const solo = 'girder-worker, solo';
const twoThreads = 'girder-worker, 2 threads';
const tenThreads = 'girder-worker, 10 threads';
const theirSolo = 'BullMQ, in-process';
const theirTwoThreads = 'BullMQ, 2 worker threads';
const theirTenThreads = 'BullMQ, 10 worker threads';

/** A pool of girder-worker, and the corresponding worker of BullMQ. */
const pairs = [
  [solo, theirSolo],
  [twoThreads, theirTwoThreads],
  [tenThreads, theirTenThreads],
] as const;

const noop = 'noop';
const echo = 'echo of 1 KB';
const fib20 = 'fib(20)';
const kilobyte = 'x'.repeat(1024);

export const bullmq: Subject = {
  name: 'bullmq',
  title: 'Running a task, compared with BullMQ on Redis',
  unavailable() {
    if (process.platform !== 'linux') return 'the CPU time of Redis is read from /proc, which exists only on Linux.';
    if (redisVersion() === undefined)
      return 'redis-server is not installed. Debian and Ubuntu: apt-get install redis-server.';
    return undefined;
  },
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const count = quick ? 500 : 5000;
    const loads: Readonly<Record<string, Jobs>> = {
      [noop]: { task: 'noop', data: null, result: null, count },
      [echo]: { task: 'echo', data: kilobyte, result: kilobyte, count },
      [fib20]: { task: 'fibonacci', data: 20, result: 6765, count: count / 5 },
    };
    expectPipes(atOnce);
    const library = await loadBullmq();
    await using started = new AsyncDisposableStack();
    const redis = started.use(await startRedis());
    const startPool = async (concurrency: number) => {
      const pool = createPool({ threadFile: new URL('./fixtures/thread.ts', import.meta.url), concurrency });
      started.defer(() => pool.close());
      await startAllThreads(pool, concurrency);
      return measureOf(pool);
    };
    const startTheirs = async (concurrency: number, threads: boolean) =>
      started.use(await startBullmq({ bullmq: library, redis, concurrency, threads })).measure;

    const workers: Readonly<Record<string, Measure>> = {
      [solo]: measureOf(createSoloPool(registry)),
      [theirSolo]: await startTheirs(atOnce, false),
      [twoThreads]: await startPool(2),
      [theirTwoThreads]: await startTheirs(2, true),
      [tenThreads]: await startPool(10),
      [theirTenThreads]: await startTheirs(10, true),
    };
    const cases = Object.fromEntries(
      Object.entries(workers).flatMap(([worker, measure]) =>
        Object.entries(loads).map(([load, jobs]) => [nameOf(worker, load), () => measure(jobs)]),
      ),
    );
    await interleave(2, cases); // Compiles the code and starts BullMQ's threads.
    const values = await interleave(quick ? 3 : 9, cases);
    return { figures: [...absolute(values), ...compared(values)], notes: await notesOn(count) };
  },
};

type Measure = (jobs: Jobs) => Promise<Record<string, number>>;
type Values = Record<string, Record<string, number[]>>;

function nameOf(worker: string, load: string): string {
  return `${worker}: ${load}`;
}

function measureOf(pool: Pick<Pool, 'run'>): Measure {
  return async ({ task, data, count }) => {
    const message = bodyOf(task, data === null ? [] : [data]);
    const { cpuUs, elapsedMs } = await cpuOf(() => repeat(count, atOnce, () => runToEnd(pool, message)));
    return { cpuUs: cpuUs / count, perSecond: (count / elapsedMs) * 1000 };
  };
}

/** BullMQ pipes the output of each of its threads to that of this process, which otherwise warns of a leak. */
function expectPipes(threads: number): void {
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(stream.getMaxListeners() + 2 * threads);
}

function absolute(values: Values): Figure[] {
  const workers = pairs.flat();
  const theirs = pairs.map(([, worker]) => worker);
  const columns = [
    ['cpuUs', 'us CPU per task', workers, [noop, echo]],
    ['perSecond', 'tasks/s', workers, [noop, fib20]],
    ['addCpuUs', 'us CPU to add a task', [theirSolo], [noop, echo]],
    ['redisCpuUs', 'us CPU of Redis per task', theirs, [noop, echo]],
  ] as const;
  return columns.flatMap(([key, unit, of, loads]) =>
    loads.flatMap((load) =>
      of.map((worker) => ({
        name: nameOf(worker, load),
        unit,
        spread: spreadOf(values[nameOf(worker, load)]![key]!),
      })),
    ),
  );
}

function compared(values: Values): Figure[] {
  const of = (worker: string, load: string, key: string) => values[nameOf(worker, load)]![key]!;
  const ratios = ([load, key, unit]: readonly [load: string, key: string, unit: string]) =>
    pairs.map(([ours, theirs]) => ({
      name: `${load}: ${ours}, relative to ${theirs}`,
      unit,
      spread: ratioOf(of(ours, load, key), of(theirs, load, key)),
    }));
  const added = (threads: string, without: string) => ({
    name: `noop: ${threads}, minus ${without}`,
    unit: 'us CPU per task',
    spread: spreadOf(of(threads, noop, 'cpuUs').map((us, round) => us - of(without, noop, 'cpuUs')[round]!)),
  });
  const kinds = [
    [noop, 'cpuUs', 'x CPU per task'],
    [echo, 'cpuUs', 'x CPU per task'],
    [fib20, 'perSecond', 'x tasks/s'],
  ] as const;
  return [...kinds.flatMap(ratios), added(tenThreads, solo), added(theirTenThreads, theirSolo)];
}

async function notesOn(count: number): Promise<string[]> {
  const { bullmq: version, ioredis } = await bullmqVersions();
  return [
    `BullMQ ${version} with ioredis ${ioredis}, Redis ${redisVersion()} on the same machine, without persistence; ${count} tasks per run.`,
    'BullMQ: 10 concurrent jobs in-process; with threads, one job per thread. CPU and tasks/s are those of running jobs that were added before, including storing their results in Redis. One request adds all jobs. The CPU of Redis is that of adding and running.',
    'girder-worker: 10 concurrent tasks, all threads started before, without queue and store. The comparison with Celery above includes both.',
  ];
}
