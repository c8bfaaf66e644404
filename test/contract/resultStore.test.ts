import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, describe } from 'vitest';
import { connectService } from '../../packages/girder-worker/src/aws/serviceCall.ts';
import { createDynamodbStore } from '../../packages/girder-worker/src/store/dynamodb/dynamodbStore.ts';
import { createMemoryStore } from '../../packages/girder-worker/src/store/memory/memoryStore.ts';
import type { System } from '../../packages/girder-worker/src/system/system.ts';
import { dynamodbLocal, requireJava } from '../support/requirements.ts';
import { describeDynamodbStore, describeResultStore } from './resultStore.ts';
import type { Connected } from './storeUnderTest.ts';

const cleanup: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of cleanup.reverse()) await stop();
});

describeResultStore('in memory', async (system) => ({ store: createMemoryStore({ system }) }));

describeDynamodbStore('in DynamoDB (dynalite)', async (system) => {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanup.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return connectTo(`http://127.0.0.1:${(server.address() as { port: number }).port}`, system);
});

describe.skipIf(!requireJava())('with Java and Maven', () => {
  describeDynamodbStore('in DynamoDB (DynamoDB Local)', async (system) => {
    const { endpoint, stop } = await dynamodbLocal();
    cleanup.push(stop);
    return connectTo(endpoint, system);
  });
});

async function connectTo(endpoint: string, system: System): Promise<Connected> {
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
  const dynamodb = connectService('DYNAMODB', settings);
  return { table: { client, dynamodb }, store: createDynamodbStore({ dynamodb, table: 'celery', system }) };
}
