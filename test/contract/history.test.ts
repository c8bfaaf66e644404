import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDynamodbHistory } from '../../packages/girder-worker/src/history/dynamodb/dynamodbHistory.ts';
import { newRecord } from '../../packages/girder-worker/src/history/fixtures/records.ts';
import type { History, StoredRuns } from '../../packages/girder-worker/src/history/history.ts';
import { createMemoryHistory } from '../../packages/girder-worker/src/history/memory/memoryHistory.ts';
import { nodeSystem } from '../../packages/girder-worker/src/system/nodeSystem.ts';
import { localCredentials, localRegion } from '../../packages/girder-worker-dev/src/local/emulators/credentials.ts';
import { startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createHistoryTable } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';

const dayMs = 24 * 3600 * 1000;
let nowMs = Date.UTC(2026, 0, 2);
const system = { ...nodeSystem, now: () => nowMs };
const cleanup: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of cleanup.reverse()) await stop();
});

const implementations: Record<string, () => Promise<History>> = {
  'in memory': async () => createMemoryHistory(system),
  'in DynamoDB': async () => {
    const emulators = await startEmulators();
    cleanup.push(() => emulators.stop());
    await createHistoryTable(emulators.dynamodbEndpoint, 'celery-history');
    return createDynamodbHistory({
      client: clientFor(emulators.dynamodbEndpoint),
      table: 'celery-history',
      days: 7,
      system,
    });
  },
};

function clientFor(endpoint: string): DynamoDBClient {
  const client = new DynamoDBClient({ endpoint, region: localRegion, credentials: localCredentials });
  cleanup.push(() => client.destroy());
  return client;
}

describe.each(Object.entries(implementations))('a history %s', (_, connect) => {
  let history: History;
  beforeAll(async () => {
    history = await connect();
  });

  const read = async (fromMs: number, toMs = fromMs) =>
    (await readAll(history, fromMs, toMs)).toSorted((a, b) => b.appendedMs - a.appendedMs);

  test('returns what was appended', async () => {
    nowMs += dayMs;
    const records = [newRecord({ error: 'ValueError("boom")', state: 'FAILURE' }), newRecord({ startedMs: null })];
    await history.append(records);
    const writes = await read(nowMs);
    expect(writes).toEqual([{ key: expect.any(String), appendedMs: nowMs, records }]);
  });

  test('returns what was appended within a time, its borders included', async () => {
    nowMs += dayMs;
    const startMs = nowMs;
    for (let minute = 0; minute < 20; minute++) {
      nowMs = startMs + minute * 60_000;
      await history.append([newRecord({ retries: minute })]);
    }
    const found = await read(startMs + 5 * 60_000, startMs + 8 * 60_000);
    expect(found.map(({ records }) => records[0]!.retries)).toEqual([8, 7, 6, 5]);
  });

  test('keeps all of the runs of a large invocation, and of several at the same time', async () => {
    nowMs += dayMs;
    const batches = [120, 1, 10].map((count) => Array.from({ length: count }, () => newRecord()));
    await Promise.all(batches.map((records) => history.append(records)));
    const ids = (await read(nowMs)).flatMap(({ records }) => records.map(({ id }) => id));
    expect(ids.toSorted()).toEqual(batches.flatMap((records) => records.map(({ id }) => id)).toSorted());
  });

  test('gives each write a key of its own', async () => {
    nowMs += dayMs;
    for (let count = 0; count < 10; count++) await history.append([newRecord()]);
    expect(new Set((await read(nowMs)).map(({ key }) => key)).size).toBe(10);
  });
});

test('without its table, a history in DynamoDB says what to do', async () => {
  const emulators = await startEmulators();
  cleanup.push(() => emulators.stop());
  const client = clientFor(emulators.dynamodbEndpoint);
  const history = createDynamodbHistory({ client, table: 'none', days: 7, system });
  const advice = /There is no DynamoDB table "none" for the history\. Deploy the stack with the parameter historyDays/;
  await expect(history.append([newRecord()])).rejects.toThrow(advice);
  await expect(readAll(history, 0, 1)).rejects.toThrow(advice);
});

async function readAll(history: History, fromMs: number, toMs: number): Promise<StoredRuns[]> {
  const found: StoredRuns[] = [];
  for await (const writes of history.read({ fromMs, toMs })) found.push(...writes);
  return found;
}
