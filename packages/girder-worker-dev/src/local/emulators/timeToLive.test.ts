import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localCredentials, localRegion } from './credentials.ts';
import { type Emulators, startEmulators } from './emulators.ts';
import { createResultTable } from './resources.ts';

let emulators: Emulators;
let dynamodb: DynamoDBClient;
beforeAll(async () => {
  emulators = await startEmulators();
  const endpoint = emulators.dynamodbEndpoint;
  dynamodb = new DynamoDBClient({ endpoint, region: localRegion, credentials: localCredentials });
});
afterAll(async () => {
  dynamodb.destroy();
  await emulators.stop();
});

const update = (TableName: string, Enabled: boolean, AttributeName = 'ttl') =>
  dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled, AttributeName } }));

async function read(TableName: string): Promise<unknown> {
  return (await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
}

async function createTable(TableName: string): Promise<void> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
}

describe('the time to live of the DynamoDB emulator', () => {
  test('is disabled for a new table, and can be enabled and disabled', async () => {
    await createTable('new');
    expect(await read('new')).toEqual({ TimeToLiveStatus: 'DISABLED' });
    expect((await update('new', true)).TimeToLiveSpecification).toEqual({ Enabled: true, AttributeName: 'ttl' });
    expect(await read('new')).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
    await update('new', false);
    expect(await read('new')).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  test('is enabled for the result table, as in the deployed stack', async () => {
    await createResultTable(emulators.dynamodbEndpoint, 'results');
    expect(await read('results')).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
  });

  test('of a table that was deleted is not that of the next table of the name', async () => {
    await createTable('again');
    await update('again', true);
    await dynamodb.send(new DeleteTableCommand({ TableName: 'again' }));
    await expect.poll(() => createTable('again').catch((error: Error) => error), { timeout: 5000 }).toBeUndefined();
    expect(await read('again')).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  test('is refused as by DynamoDB: twice, on a second attribute, and for a table that does not exist', async () => {
    await createTable('refused');
    await update('refused', true);
    await expect(update('refused', true)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'TimeToLive is already enabled',
    });
    await expect(update('refused', true, 'other')).rejects.toThrow(/different AttributeName: current .* is ttl/);
    await expect(update('missing', true)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(read('missing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
