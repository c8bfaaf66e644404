import { setTimeout as sleep } from 'node:timers/promises';
import { loadConnections } from '../packages/girder-worker/src/connections/connections.ts';
import { CancellationFlag } from '../packages/girder-worker/src/execution/cancellation.ts';
import { ThreadRuntime } from '../packages/girder-worker/src/execution/threadRuntime.ts';
import { connectStore } from '../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import type { ResultStore } from '../packages/girder-worker/src/store/resultStore.ts';
import type { TaskRequest } from '../packages/girder-worker/src/task/request.ts';
import { Task } from '../packages/girder-worker/src/task/task.ts';
import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { bundleDeployment } from './support/deployment.ts';
import { bodyOf, type DispatcherFunction, startFunction, table } from './support/function.ts';
import { quantile, spreadOf } from './support/spread.ts';
import type { BenchOptions, Findings, Subject } from './support/subject.ts';

const pollPeriodMs = 250;

export const revocation: Subject = {
  name: 'revocation',
  title: 'Latency from app.control.revoke to this.canceled in a task that computes, and the time of reading it',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const latencies = await measureLatencies(quick ? 8 : 60);
    const sorted = latencies.toSorted((a, b) => a - b);
    const p50 = spreadOf([quantile(sorted, 0.5)]);
    const p99 = spreadOf([quantile(sorted, 0.99)]);
    const reads = Array.from({ length: quick ? 3 : 15 }, () => nsPerRead(quick ? 1e6 : 2e7));
    return {
      figures: [
        { name: 'latency, all', unit: 'ms', spread: spreadOf(latencies) },
        { name: 'latency, p50', unit: 'ms', spread: p50, target: '<= 200' },
        { name: 'latency, p99', unit: 'ms', spread: p99, target: '<= 500' },
        { name: 'reading this.canceled', unit: 'ns', spread: spreadOf(reads), target: '<= 2' },
      ],
      notes: ['The revocations are spread evenly over the 250 ms between two polls of the dispatcher.'],
    };
  },
};

async function measureLatencies(count: number): Promise<number[]> {
  using deployment = await bundleDeployment();
  const emulators = await startEmulators();
  await createResultTable(emulators.dynamodbEndpoint, table);
  const store = connectStore(loadConnections(isolatedVariables({}, stackVariables(emulators, table))).backend);
  const lines: string[] = [];
  const printLine = (line: string) => void lines.push(line);
  const dispatcher = await startFunction({ emulators, handlerFile: deployment.handlerFile, printLine });
  const latencies: number[] = [];
  for (let run = 0; run <= count; run++) {
    const latency = await latencyOf(dispatcher, store, lines, (run / count) * pollPeriodMs);
    if (run > 0) latencies.push(latency); // The first run starts the thread.
  }
  await dispatcher.kill();
  await emulators.stop();
  return latencies;
}

async function latencyOf(
  dispatcher: DispatcherFunction,
  store: ResultStore,
  lines: string[],
  delayMs: number,
): Promise<number> {
  lines.length = 0;
  const id = crypto.randomUUID();
  const ended = dispatcher.run([bodyOf('computes', [], id)]);
  while ((await store.read(id))?.state !== 'STARTED') await sleep(5);
  await sleep(100 + delayMs);
  const revokedMs = Date.now();
  await store.revoke(id, 'revoked');
  await ended;
  const seenMs = /canceled at (\d+)/.exec(lines.join('\n'))?.[1];
  if (seenMs === undefined) throw new Error(`The task did not say when it was canceled:\n${lines.join('\n')}`);
  return Number(seenMs) - revokedMs;
}

function nsPerRead(times: number): number {
  const task = new Task(
    {} as TaskRequest,
    new ThreadRuntime(new CancellationFlag(new SharedArrayBuffer(4)), () => undefined),
  );
  const startNs = process.hrtime.bigint();
  for (let index = 0; index < times; index++)
    if (task.canceled) throw new Error('The task is canceled, although it was not revoked.');
  return Number(process.hrtime.bigint() - startNs) / times;
}
