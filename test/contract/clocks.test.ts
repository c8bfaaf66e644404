import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, expect, test } from 'vitest';
import { clientConfig } from '../../packages/girder-worker/src/aws/clientConfig.ts';
import { createDynamodbStore } from '../../packages/girder-worker/src/store/dynamodb/dynamodbStore.ts';
import { createServiceClock } from '../../packages/girder-worker/src/store/dynamodb/serviceClock.ts';
import { nodeSystem } from '../../packages/girder-worker/src/system/nodeSystem.ts';
import { dynamodbLocal, requireJava } from '../support/requirements.ts';

const cleanup: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of cleanup.reverse()) await stop();
});

async function dynaliteEndpoint() {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanup.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function localEndpoint() {
  const { endpoint, stop } = await dynamodbLocal();
  cleanup.push(stop);
  return endpoint;
}

/** The stores of machines on one table; the clock of each is ahead by so much. */
async function machines(endpoint: string) {
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const connect = (aheadMs: number) => {
    const system = { ...nodeSystem, now: () => nodeSystem.now() + aheadMs };
    const clock = createServiceClock(system);
    const client = new DynamoDBClient(clientConfig(settings, { clock }));
    cleanup.push(() => client.destroy());
    return { system, store: createDynamodbStore({ client, table: 'celery', system, clock }) };
  };
  const client = new DynamoDBClient(settings);
  cleanup.push(() => client.destroy());
  const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' as const }];
  const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' as const }];
  const table = { TableName: 'celery', BillingMode: 'PAY_PER_REQUEST' as const, AttributeDefinitions, KeySchema };
  await client.send(new CreateTableCommand(table));
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: 'celery' });
  return connect;
}

test.each([
  ['dynalite', dynaliteEndpoint, true],
  ['DynamoDB Local', localEndpoint, requireJava()],
])(
  'by the answers of %s, machines whose clocks are off do not hold one claim at the same time',
  async (_, start, isMet) => {
    if (!isMet) return;
    const connect = await machines(await start());
    for (const [ownerAheadMs, otherAheadMs] of [
      [-90_000, 0],
      [0, 90_000],
      [-600_000, 600_000],
    ] as const) {
      const [owner, other] = [connect(ownerAheadMs), connect(otherAheadMs)];
      const id = `${ownerAheadMs}`;
      const claim = { id, epoch: 0, ignoreResult: false, worker: { pid: 1, hostname: 'here' } };
      const claimBy = ({ store, system }: typeof owner, name: string) =>
        store.claim({ ...claim, owner: name, leaseEndMs: system.now() + 60_000 });
      expect((await claimBy(owner, 'owner')).kind).toBe('claimed');
      expect((await claimBy(other, 'other')).kind).toBe('claimedElsewhere');
    }
  },
  120_000,
);
