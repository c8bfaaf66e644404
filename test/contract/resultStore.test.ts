import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, describe, expect, test } from 'vitest';
import { createSimulatedTable } from '../../packages/girder-worker/src/simulation/simulatedTable.ts';
import {
  createDynamodbStore,
  type DynamodbStoreOptions,
} from '../../packages/girder-worker/src/store/dynamodb/dynamodbStore.ts';
import { createMemoryStore } from '../../packages/girder-worker/src/store/memory/memoryStore.ts';
import type { ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';
import type { System } from '../../packages/girder-worker/src/system/system.ts';
import { dynamodbLocal, requireJava } from '../support/requirements.ts';
import { describeDynamodbStore, describeResultStore } from './resultStore.ts';
import type { Connected } from './storeUnderTest.ts';

const cleanup: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of cleanup.reverse()) await stop();
});

describeResultStore('in memory', async (system) => ({ store: createMemoryStore({ system }) }));

describeDynamodbStore('in the table of the fault simulator', async (system) => {
  const client = createSimulatedTable({ system }).client as DynamoDBClient;
  const store = createDynamodbStore({ client, table: 'celery', system });
  return { table: { client }, store: inCompany(store, system) };
});

describeDynamodbStore('in DynamoDB (dynalite)', async (system) => {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanup.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return connectTo(`http://127.0.0.1:${(server.address() as { port: number }).port}`, system);
});

describe.skipIf(!requireJava())('with Java and Maven', () => {
  describeDynamodbStore('in DynamoDB (DynamoDB Local), with a request for each write', async (system) => {
    const { endpoint, stop } = await dynamodbLocal();
    cleanup.push(stop);
    return connectTo(endpoint, system, { batchWrites: false });
  });

  let batches = 0;
  describeDynamodbStore('in DynamoDB (DynamoDB Local), with one request for several writes', async (system) => {
    const { endpoint, stop } = await dynamodbLocal();
    cleanup.push(stop);
    const connected = await connectTo(endpoint, system);
    connected.table!.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === 'BatchExecuteStatementCommand') batches += 1;
          return next(args);
        },
      {},
    );
    return { ...connected, store: inCompany(connected.store, system) };
  });

  test('in which writes were made together', () => {
    expect(batches).toBeGreaterThan(100);
  });
});

/** The store, whose claims and outcomes are each due at the same time as the claim of another task. */
function inCompany(store: ResultStore, system: System): ResultStore {
  const worker = { pid: 7, hostname: 'girder-worker@here' };
  const accompanied = async <T>(write: Promise<T>): Promise<T> => {
    const other = { id: system.randomUUID(), owner: 'other', leaseEndMs: system.now(), epoch: 0, ignoreResult: true };
    const [answer] = await Promise.all([write, store.claim({ ...other, worker })]);
    return answer;
  };
  return {
    ...store,
    claim: (claim) => accompanied(store.claim(claim)),
    complete: (...given) => accompanied(store.complete(...given)),
    ignore: (claim) => accompanied(store.ignore(claim)),
  };
}

async function connectTo(
  endpoint: string,
  system: System,
  options: Pick<DynamodbStoreOptions, 'batchWrites'> = {},
): Promise<Connected> {
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const client = new DynamoDBClient(settings);
  cleanup.push(() => client.destroy());
  await client.send(
    new CreateTableCommand({
      TableName: 'celery',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: 'celery' });
  return { table: { client }, store: createDynamodbStore({ client, table: 'celery', system, ...options }) };
}
