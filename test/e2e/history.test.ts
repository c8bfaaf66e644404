import { GetQueueUrlCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { connectHistory } from '../../packages/girder-worker/src/history/dynamodb/connectHistory.ts';
import type { RunRecord } from '../../packages/girder-worker/src/history/runRecord.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { type CountingProxy, startCountingProxy } from '../support/countingProxy.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { startWorkerProcess } from '../support/workerProcess.ts';

let stack: Stack;
let dynamodb: CountingProxy;
let app: App;
beforeAll(async () => {
  stack = await startStack({
    ...{ plugins: ['labtasks'], history: true },
    async connect(emulators) {
      dynamodb = await startCountingProxy(emulators.dynamodbEndpoint);
      return { ...emulators, dynamodbEndpoint: dynamodb.endpoint };
    },
  });
  app = new App(createTaskClient(stack.env));
});
afterAll(async () => {
  await stack?.stop();
  await dynamodb?.stop();
});

const historyEnv = () => ({ ...stack.env, GIRDER_WORKER_HISTORY_TABLE: 'celery-history' });
const historyWrites = () => dynamodb.calls.filter(({ operation }) => operation === 'PutItem');

/** Resolves to the records of a task, oldest first, when there are so many. */
async function recordsOf(id: string, count: number): Promise<readonly RunRecord[]> {
  const { backend } = loadConnections(historyEnv());
  const read = async () => {
    const history = connectHistory(backend, backend.history!);
    const found: RunRecord[] = [];
    for await (const writes of history.read({ fromMs: 0, toMs: Date.now() + 1000 }))
      for (const { records } of writes) found.push(...records.filter((record) => record.id === id));
    return found.toSorted((a, b) => a.endedMs - b.endedMs);
  };
  await expect.poll(async () => (await read()).length, { timeout: 30_000 }).toBe(count);
  return read();
}

test('the runs of a batch are recorded in one write, of a quarter of a write unit for each', async () => {
  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'celery' }));
  const ids = Array.from({ length: 10 }, () => crypto.randomUUID());
  const Entries = ids.map((id, index) => ({
    ...{ Id: String(index), MessageBody: encode({ task: 'labtasks.add', id, args: [index, 'b'.repeat(100)] }) },
  }));
  dynamodb.calls.length = 0;
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  sqs.destroy();
  for (const id of ids) await recordsOf(id, 1);
  const items = historyWrites().map(({ request }) => request.Item as { runs: { B: string } });
  const bytes = items.map(({ runs }) => Buffer.byteLength(runs.B, 'base64') + 144);
  // The emulator may have delivered the ten messages as several batches.
  expect(items.length).toBeLessThanOrEqual(3);
  expect(Math.max(...bytes)).toBeLessThanOrEqual(2560);
});

test('a task that is retried has a record for each run', async () => {
  const { id } = await app.sendTask('labtasks.work.retried', [2, 0]);
  const records = await recordsOf(id, 3);
  expect(records.map(({ state, retries }) => [state, retries])).toEqual([
    ['RETRY', 0],
    ['RETRY', 1],
    ['SUCCESS', 2],
  ]);
  expect(records[0]).toMatchObject({ task: 'labtasks.work.retried', queue: 'celery', dueMs: expect.any(Number) });
});

test('a failure is recorded with its exception', async () => {
  const { id } = await app.sendTask('labtasks.raises', ['boom']);
  expect(await recordsOf(id, 1)).toEqual([
    expect.objectContaining({ state: 'FAILURE', error: 'ValueError("boom", 42)' }),
  ]);
});

test('a task that does not run, because it has expired, has a record without a start', async () => {
  const { id } = await app.sendTask('labtasks.add', [1, 2], {}, { expires: new Date(Date.now() - 1000) });
  expect(await recordsOf(id, 1)).toEqual([
    expect.objectContaining({ state: 'REVOKED', error: 'expired', startedMs: null }),
  ]);
});

test('a task whose process is killed has a record of the delivery that ended it, which tells how often it was delivered', async () => {
  const { id } = await app.sendTask('labtasks.exits');
  const records = await recordsOf(id, 1);
  expect(records[0]).toMatchObject({ state: 'FAILURE', error: expect.stringContaining('WorkerLostError') });
});

test('a long-running worker records its runs, too, and the last ones when it shuts down', async () => {
  const env = { ...historyEnv(), GIRDER_WORKER_QUEUES: 'by-worker' };
  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  await createQueue(sqs, { name: 'by-worker', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
  sqs.destroy();
  await using worker = startWorkerProcess(env, '-l', 'info', '--root', stack.root, '--no-build', '-n', 'here@%h');
  await worker.printed(' ready.');
  const { id } = await app.sendTask('labtasks.add', [1, 2], {}, { queue: 'by-worker' });
  await worker.printed('succeeded in');
  worker.child.kill('SIGTERM');
  expect(await recordsOf(id, 1)).toEqual([
    expect.objectContaining({ state: 'SUCCESS', queue: 'by-worker', worker: expect.stringMatching(/^here@/) }),
  ]);
});
