import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localCredentials, localRegion } from '../../../../girder-worker-dev/src/local/emulators/credentials.ts';
import { type Emulators, startEmulators } from '../../../../girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../../../../girder-worker-dev/src/local/emulators/resources.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { stampRevocationKey } from '../stampKeys.ts';
import { createDynamodbTaskScan } from './dynamodbTaskScan.ts';
import { itemKeys } from './itemKeys.ts';

const nowMs = 1_800_000_000_000;
const table = 'celery';
const keyPrefix = 'app';
const keys = itemKeys(keyPrefix);
const started = '{"status": "STARTED", "result": {"pid": 7, "hostname": "girder-worker@x"}}';
const request = {
  args: [5],
  kwargs: { maxCount: 1 },
  acknowledged: false,
  deliveryInfo: { exchange: '', routingKey: 'celery', priority: 0, redelivered: true },
};
const worker = { pid: 7, hostname: 'girder-worker@x' };
const claimed = { own: 'me', req: JSON.stringify({ worker, startedMs: nowMs - 2500, request }) };

let emulators: Emulators;
let client: DynamoDBClient;
beforeAll(async () => {
  emulators = await startEmulators();
  client = new DynamoDBClient({
    endpoint: emulators.dynamodbEndpoint,
    region: localRegion,
    credentials: localCredentials,
  });
  await createResultTable(emulators.dynamodbEndpoint, table);
  await put(keys.task('running'), { result: started, lx: nowMs + 1, ...claimed });
  await put(keys.task('abandoned'), { result: started, lx: nowMs - 1, ...claimed });
  await put(keys.task('running again'), { result: '{"status": "RETRY"', ep: 1, lx: nowMs + 1, ...claimed });
  await put(keys.task('died again'), { result: '{"status": "RETRY"', ep: 1, lx: nowMs - 1, ...claimed });
  await put(keys.task('without request'), { result: started, lx: nowMs + 1, own: 'me' });
  await put(keys.task('ended'), { result: '{"status": "SUCCESS"', fin: 'SUCCESS', lx: nowMs + 1 });
  await put(keys.task('progressing'), {
    result: '{"status": "PROGRESS", "result": 5}',
    lx: nowMs + 1,
    rvk: nowMs,
    tsk: 'a.b',
    ...claimed,
  });
  await put(keys.task('retried'), { result: '{"status": "RETRY"', ep: 1, ra: nowMs + 9000, req: claimed.req });
  await put(keys.task('expired'), { result: '{"status": "REVOKED"', fin: 'REVOKED' });
  await put(keys.task('compressed'), { result: '\0celery-compressed\0', fin: 'SUCCESS' });
  await put(keys.stamp(stampRevocationKey('a', 'b', 'revoked')), { rvk: nowMs });
  await put(keys.group('a-group'), { result: '{"result": []}' });
  await put(keys.chord('a-group'), { chord_count: 3 });
  await put(itemKeys('other').task('of another application'), { result: started, lx: nowMs + 1 });
});
afterAll(async () => {
  client.destroy();
  await emulators.stop();
});

async function put(id: string, { result, ...rest }: Record<string, string | number>): Promise<void> {
  const others = Object.entries(rest).map(([name, value]) => [
    name,
    typeof value === 'number' ? { N: String(value) } : { S: value },
  ]);
  const bytes = result === undefined ? {} : { result: { B: Buffer.from(String(result)) } };
  await client.send(
    new PutItemCommand({ TableName: table, Item: { id: { S: id }, ...bytes, ...Object.fromEntries(others) } }),
  );
}

function taskScan(limits = { tasks: 100, pages: 10 }) {
  return createDynamodbTaskScan({
    client,
    table,
    keyPrefix,
    system: { ...nodeSystem, now: () => nowMs },
    limits,
  });
}

const idsOf = (tasks: readonly { readonly id: string }[]) => tasks.map(({ id }) => id).sort();

test('active tasks are those with a valid claim and with the key prefix of the application', async () => {
  const { tasks, isComplete } = await taskScan().list('active');
  expect(idsOf(tasks)).toEqual(['progressing', 'running', 'running again', 'without request']);
  expect(isComplete).toBe(true);
});

test('an active task has its worker, its start and its request, whatever state it has stored', async () => {
  const { tasks } = await taskScan().list('active');
  const shown = { phase: 'active', worker, startedMs: nowMs - 2500, request, dueMs: null };
  expect(tasks).toContainEqual({ ...shown, id: 'running', state: 'STARTED', task: null });
  expect(tasks).toContainEqual({ ...shown, id: 'progressing', state: 'PROGRESS', task: 'a.b' });
  expect(tasks).toContainEqual({ ...shown, id: 'running again', state: 'RETRY', task: null });
});

test('a task whose claim has no request is listed without worker and start', async () => {
  const { tasks } = await taskScan().list('active');
  expect(tasks).toContainEqual({
    ...{ id: 'without request', state: 'STARTED', phase: 'active', task: null },
    ...{ worker: null, startedMs: null, request: null, dueMs: null },
  });
});

test('a task that waits for a retry has the request of its last run, but no worker', async () => {
  const { tasks } = await taskScan().list('scheduled');
  expect(tasks).toMatchObject([{ id: 'retried', request, worker: null, startedMs: null }]);
});

test('scheduled tasks are those that wait for a retry', async () => {
  const { tasks } = await taskScan().list('scheduled');
  expect(tasks).toMatchObject([{ id: 'retried', phase: 'scheduled', dueMs: nowMs + 9000 }]);
});

test('revoked tasks include running and expired ones, but no stamp revocation keys', async () => {
  expect(idsOf((await taskScan().list('revoked')).tasks)).toEqual(['expired', 'progressing']);
});

test('find returns each task with an item once, and leaves out ids without one', async () => {
  const ids = [
    'running',
    'ended',
    'abandoned',
    'compressed',
    'running',
    'nobody',
    ...Array.from({ length: 150 }, (_, n) => `no-${n}`),
  ];
  const found = await taskScan().find(ids);
  expect(Object.fromEntries(found.map(({ id, phase, state }) => [id, [phase, state]]))).toEqual({
    running: ['active', 'STARTED'],
    ended: ['ready', 'SUCCESS'],
    abandoned: ['ready', 'STARTED'],
    compressed: ['ready', 'SUCCESS'],
  });
  expect(found).toHaveLength(4);
});

test('a list that reaches the limit of tasks or of pages is marked as incomplete', async () => {
  expect(await taskScan({ tasks: 1, pages: 10 }).list('active')).toMatchObject({ tasks: [{}], isComplete: false });
  expect(await taskScan({ tasks: 100, pages: 0 }).list('active')).toEqual({ tasks: [], isComplete: false });
});
