import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localCredentials, localRegion } from '../../../../girder-worker-dev/src/local/emulators/credentials.ts';
import { type Emulators, startEmulators } from '../../../../girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../../../../girder-worker-dev/src/local/emulators/resources.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { createDynamodbOrphans } from './dynamodbOrphans.ts';
import { createDynamodbStore } from './dynamodbStore.ts';

const minuteMs = 60_000;
const failure = { type: 'ValueError', module: 'builtins', argsJson: '[]', traceback: null };
const context = { group: null, parentId: null };
let nowMs = 1_800_000_000_000;
const system = { ...nodeSystem, now: () => nowMs };
let emulators: Emulators;
let client: DynamoDBClient;
beforeAll(async () => {
  emulators = await startEmulators();
  const { dynamodbEndpoint: endpoint } = emulators;
  client = new DynamoDBClient({ endpoint, region: localRegion, credentials: localCredentials });
  await createResultTable(endpoint, 'celery');
});
afterAll(async () => {
  client?.destroy();
  await emulators?.stop();
});

const store = () => createDynamodbStore({ client, table: 'celery', system });
const orphans = async (limits?: { tasks: number; pages: number }) => {
  const found = await createDynamodbOrphans({ client, table: 'celery', system, ...(limits && { limits }) }).list();
  return { ...found, orphans: found.orphans.toSorted((a, b) => a.id.localeCompare(b.id)) };
};
const claimOf = (id: string, leaseMs: number) => ({
  ...{ id, task: 'p.task', owner: `owner of ${id}`, epoch: 0, ignoreResult: false, digest: '-' },
  ...{ worker: { pid: 1, hostname: 'worker@here' }, leaseEndMs: nowMs + leaseMs },
  request: {
    args: [],
    kwargs: {},
    acknowledged: false,
    deliveryInfo: { exchange: '', routingKey: 'celery', priority: 0, redelivered: false },
  },
});

test('claims whose lease is over, late retries and chords that count no member are orphans; what runs, waits or has ended is not', async () => {
  const startMs = nowMs;
  for (const id of ['dead', 'ended', 'retried', 'retry-waits']) await store().claim(claimOf(id, minuteMs));
  await store().claim(claimOf('running', 60 * minuteMs));
  await store().complete(claimOf('ended', minuteMs), { state: 'SUCCESS', resultJson: '1' }, context);
  const retry = { state: 'RETRY', failure, traceback: null } as const;
  await store().retry(claimOf('retried', minuteMs), { ...retry, etaMs: startMs + minuteMs }, context, 1);
  await store().retry(claimOf('retry-waits', minuteMs), { ...retry, etaMs: startMs + 60 * minuteMs }, context, 1);
  for (const id of ['stuck', 'whole']) {
    const members = ['a', 'b'].map((member) => `${id}-${member}`);
    await store().startChord(id, [[id, null], members.map((member) => [[member, null], null] as const)]);
    await store().countChordMember(id, { memberId: members[0]!, index: 0 });
  }
  await store().endChord('whole');
  nowMs += 20 * minuteMs;
  expect(await orphans()).toEqual({
    isComplete: true,
    orphans: [
      { kind: 'claim', id: 'dead', task: 'p.task', sinceMs: startMs + minuteMs, worker: 'worker@here', counted: null },
      { kind: 'retry', id: 'retried', task: 'p.task', sinceMs: startMs + minuteMs, worker: null, counted: null },
      { kind: 'chord', id: 'stuck', task: null, sinceMs: expect.any(Number), worker: null, counted: 1 },
    ],
  });
  nowMs = startMs;
});

test('a list that reaches the limits of the scan says that it is not complete', async () => {
  nowMs += 20 * minuteMs;
  expect((await orphans({ tasks: 1, pages: 64 })).isComplete).toBe(false);
});

test('items of other forms are left out', async () => {
  const Item = { id: { S: 'something else' }, own: { S: 'x' }, lx: { N: '1' } };
  await client.send(new PutItemCommand({ TableName: 'celery', Item }));
  expect((await orphans()).orphans.map(({ id }) => id)).not.toContain('something else');
});
