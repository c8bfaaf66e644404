import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { itemKeys } from '../packages/girder-worker/src/store/dynamodb/itemKeys.ts';
import { localCredentials, localRegion } from '../packages/girder-worker-dev/src/local/emulators/credentials.ts';
import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { type AwsCall, startCountingProxy } from '../test/support/countingProxy.ts';
import { bundleDeployment } from './support/deployment.ts';
import { bodyOf, startFunction, table } from './support/function.ts';
import { interleave } from './support/rounds.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';
import { itemBytes, writeUnits } from './support/writeUnits.ts';

const batchSizes = [1, 2, 5, 10];

export const awsCalls: Subject = {
  name: 'aws-calls',
  title: 'Requests to AWS for a short task that succeeds, by the size of the batch',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    using deployment = await bundleDeployment();
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const dynamodb = await startCountingProxy(emulators.dynamodbEndpoint);
    const sqs = await startCountingProxy(emulators.sqsEndpoint);
    const dispatcher = await startFunction({
      emulators: { sqsEndpoint: sqs.endpoint, dynamodbEndpoint: dynamodb.endpoint },
      handlerFile: deployment.handlerFile,
    });
    const place = { endpoint: emulators.dynamodbEndpoint, region: localRegion, credentials: localCredentials };
    const client = new DynamoDBClient(place);
    const bytesOf = async (id: string) => {
      const input = { TableName: table, Key: { id: { S: itemKeys().task(id) } }, ConsistentRead: true };
      return itemBytes((await client.send(new GetItemCommand(input))).Item!);
    };
    const batchOf = (size: number) => async () => {
      dynamodb.calls.length = 0;
      const ids = Array.from({ length: size }, () => crypto.randomUUID());
      await dispatcher.run(ids.map((id) => bodyOf('noop', [], id)));
      const items = await Promise.all(ids.map(bytesOf));
      const count = (isCounted: (call: AwsCall) => boolean) => dynamodb.calls.filter(isCounted).length / size;
      return {
        writes: count(({ operation }) => operation === 'UpdateItem'),
        reads: count(({ operation }) => operation !== 'UpdateItem'),
        sqs: sqs.calls.length / size,
        // The claim is written to an item of about the same size, which contains a lease instead of an outcome.
        units: (items.reduce((sum, bytes) => sum + writeUnits(bytes), 0) * 2) / size,
        bytes: Math.max(...items),
      };
    };
    await batchOf(10)();
    const values = await interleave(
      quick ? 3 : 20,
      Object.fromEntries(batchSizes.map((size) => [`batch of ${size}`, batchOf(size)])),
    );
    await dispatcher.kill();
    await Promise.all([dynamodb.stop(), sqs.stop()]);
    await emulators.stop();
    return { figures: Object.entries(values).flatMap(([name, figures]) => figuresOf(name, figures)), notes };
  },
};

function figuresOf(batch: string, values: Record<string, number[]>): Figure[] {
  const figure = (key: string, unit: string, target?: string): Figure => ({
    name: batch,
    unit,
    spread: spreadOf(values[key]!),
    ...(target !== undefined && { target }),
  });
  return [
    figure('writes', 'DynamoDB writes per task', '2'),
    figure('reads', 'DynamoDB reads per task', '0'),
    figure('sqs', 'SQS calls per task', '0'),
    figure('units', 'write units per task'),
    figure('bytes', 'bytes of the largest item'),
  ];
}

const notes = [
  'Write units are computed from the sizes of the items by the rules of DynamoDB; the emulator does not count them.',
  'A batch that runs for longer than 250 ms makes one read every 250 ms, which finds revocations of all its tasks.',
];
