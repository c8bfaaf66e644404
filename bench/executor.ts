import { Worker } from 'node:worker_threads';
import { createPool } from '../packages/girder-worker/src/execution/pool.ts';
import { createSoloPool } from '../packages/girder-worker/src/execution/soloPool.ts';
import { encode } from '../packages/girder-worker/src/message/encode.ts';
import { registry } from './fixtures/registry.ts';
import { runToEnd } from './support/ownPool.ts';
import { cpuOf, interleave, repeat } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';

/** Concurrent tasks: as many as a batch of SQS has messages. */
const atOnce = 10;

const kilobyte = 'x'.repeat(1024);
const noop = body('noop');
const echo = body('echo', kilobyte);
const fib20 = body('fibonacci', 20);

export const executor: Subject = {
  name: 'executor',
  title: 'CPU of the executor per task, without queue and store',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const tasks = quick ? 500 : 5000;
    const rounds = quick ? 3 : 9;
    const threadFile = new URL('./fixtures/thread.ts', import.meta.url);
    const solo = createSoloPool(registry);
    const two = createPool({ threadFile, concurrency: 2 });
    const ten = createPool({ threadFile, concurrency: atOnce });
    const echoing = await startEcho();

    const cpuPer = (times: number, work: () => Promise<unknown>) => async () => {
      const { cpuUs, elapsedMs } = await cpuOf(() => repeat(times, atOnce, work));
      return { cpuUs: cpuUs / times, perSecond: (times / elapsedMs) * 1000 };
    };
    const cases = {
      'solo, noop': cpuPer(tasks, () => runToEnd(solo, noop)),
      'solo, echo of 1 KB': cpuPer(tasks, () => runToEnd(solo, echo)),
      'solo, fib(20)': cpuPer(tasks / 5, () => runToEnd(solo, fib20)),
      '2 threads, noop': cpuPer(tasks, () => runToEnd(two, noop)),
      '2 threads, echo of 1 KB': cpuPer(tasks, () => runToEnd(two, echo)),
      '2 threads, fib(20)': cpuPer(tasks / 5, () => runToEnd(two, fib20)),
      '10 threads, noop': cpuPer(tasks, () => runToEnd(ten, noop)),
      'postMessage and its answer, without a task': cpuPer(tasks, () => echoing.ask(noop)),
    };
    await interleave(2, cases); // Compiles the code and starts all threads.
    const values = await interleave(rounds, cases);
    await Promise.all([two.close(), ten.close(), echoing.stop()]);

    const cpu = Object.entries(values).map(([name, { cpuUs }]): Figure => {
      const target = targets[name];
      return { name, unit: 'us CPU per task', spread: spreadOf(cpuUs!), ...(target !== undefined && { target }) };
    });
    const speed = ['solo, fib(20)', '2 threads, fib(20)'].map((name) => ({
      name,
      unit: 'tasks/s',
      spread: spreadOf(values[name]!.perSecond!),
    }));
    const relativeToPostMessage = {
      name: '2 threads, noop, relative to postMessage',
      unit: 'x CPU per task',
      spread: ratioOf(values['2 threads, noop']!.cpuUs!, values['postMessage and its answer, without a task']!.cpuUs!),
    };
    return {
      figures: [...cpu, ...speed, relativeToPostMessage],
      notes: [`${atOnce} concurrent tasks, ${tasks} per run.`],
    };
  },
};

const targets: Readonly<Record<string, string>> = { 'solo, noop': '<= 15', '2 threads, noop': '<= 40' };

function body(name: string, ...args: unknown[]): string {
  return encode({ task: `benchtasks.${name}`, id: crypto.randomUUID(), args });
}

/** A thread that sends each message back: the lower bound of the cost of a pool of threads. */
async function startEcho() {
  const worker = new Worker(
    "const { parentPort: p } = require('node:worker_threads'); p.on('message', (m) => p.postMessage(m));",
    {
      eval: true,
    },
  );
  const waiting: (() => void)[] = [];
  worker.on('message', () => waiting.shift()!());
  const ask = (text: string) =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      worker.postMessage(text);
    });
  await ask('ready');
  return { ask, stop: () => worker.terminate() };
}
