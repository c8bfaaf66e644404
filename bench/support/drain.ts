import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueUrlCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';
import { bodyOf } from './function.ts';
import { cpuSecondsOf } from './processes.ts';
import { repeat } from './rounds.ts';
import type { RunningWorker } from './worker.ts';

/** The time between two polls for the results of the last tasks. */
const pollPeriodMs = 100;
const timeoutMs = 120_000;

export interface Drain {
  /** The process of the emulators. Their CPU for a worker's requests limits how many tasks it can run. */
  readonly emulatorsPid: number;
  readonly sqs: SQSClient;
  readonly store: Pick<ResultStore, 'readMany'>;
  readonly queue: string;
  readonly worker: RunningWorker;
}

export interface Load {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly count: number;
}

/**
 * Sends `count` messages, which takes milliseconds per batch, and waits until all results are final. CPU is that of the
 * worker's processes between the first message and the last result. Also resolves to the number of failed tasks: with
 * the emulators, tasks of a real Celery worker fail sometimes.
 */
export async function drain({ emulatorsPid, sqs, store, queue, worker }: Drain, { task, args, count }: Load) {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const bodies = ids.map((id) => bodyOf(task, args, id));
  const startCpu = cpuSecondsOf(worker.pids());
  const startEmulatorsCpu = cpuSecondsOf([emulatorsPid]);
  const startMs = performance.now();
  await repeat(Math.ceil(count / 10), 4, async (batch) => {
    const Entries = bodies
      .slice(batch * 10, batch * 10 + 10)
      .map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  });
  const failed = await untilFinal(store, ids);
  const elapsedSeconds = (performance.now() - startMs) / 1000;
  const cpuSeconds = cpuSecondsOf(worker.pids()) - startCpu;
  const emulatorsSeconds = cpuSecondsOf([emulatorsPid]) - startEmulatorsCpu;
  return {
    failed,
    perSecond: count / elapsedSeconds,
    cpuMs: (cpuSeconds * 1000) / count,
    emulatorsCpuMs: (emulatorsSeconds * 1000) / count,
  };
}

/** Resolves to the number of failed tasks. Makes one small read at a time, which leaves the emulators to the workers. */
async function untilFinal(store: Drain['store'], ids: readonly string[]): Promise<number> {
  let failed = 0;
  const open = [...ids];
  for (const deadline = performance.now() + timeoutMs; open.length > 0; ) {
    const polled = open.slice(-10);
    const results = await store.readMany(polled);
    for (const [id, { state }] of results) {
      if (state === 'FAILURE' || state === 'REVOKED') failed++;
      if (state !== 'STARTED' && state !== 'PENDING') open.splice(open.indexOf(id), 1);
    }
    if (performance.now() > deadline) throw new Error(`${open.length} of ${ids.length} tasks have not ended.`);
    if (polled.some((id) => open.includes(id))) await sleep(pollPeriodMs);
  }
  return failed;
}
