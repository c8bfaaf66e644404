import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { connectService } from '../packages/girder-worker/src/aws/serviceCall.ts';
import { localCredentials, localRegion } from '../packages/girder-worker-dev/src/local/emulators/credentials.ts';
import { killBound, startBound } from '../packages/girder-worker-dev/src/local/process/boundProcess.ts';
import { cpuOf, interleave, repeat } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Findings, Subject } from './support/subject.ts';

const atOnce = 10;
const ours = 'girder-worker';
const sdk = 'AWS SDK (client-dynamodb)';

/** About the request that stores the result of a short task. */
const update = {
  TableName: 'celery',
  Key: { id: { S: "b'celery-task-meta-0c2dde12-2b0c-4b0a-9d1c-0a1b2c3d4e5f'" } },
  UpdateExpression: 'SET #result = :result, #timestamp = :timestamp, #ttl = :ttl, fin = :fin REMOVE own, lx',
  ConditionExpression: 'own = :own AND attribute_not_exists(fin)',
  ExpressionAttributeNames: { '#result': 'result', '#timestamp': 'timestamp', '#ttl': 'ttl' },
  ReturnValues: 'NONE',
} as const;
const result = Buffer.from('{"status": "SUCCESS", "result": 121393, "traceback": null, "children": []}');
const others = {
  ':timestamp': { N: '1795415708.5' },
  ':ttl': { N: '1797834909' },
  ':fin': { S: 'SUCCESS' },
  ':own': { S: '0c2dde12-2b0c-4b0a-9d1c-0a1b2c3d4e5f:0' },
};

export const serviceCall: Subject = {
  name: 'service-call',
  title:
    'CPU of one DynamoDB call, with the AWS SDK and with the client of girder-worker, for a service that answers at once',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const calls = quick ? 500 : 3000;
    const server = startBound(fileURLToPath(new URL('./fixtures/emptyAnswers.ts', import.meta.url)), {
      ...{ env: process.env, stdio: ['ignore', 'ignore', 'inherit'], isForeign: true },
    });
    const [port] = (await once(server, 'message')) as [number];
    const place = { endpoint: `http://127.0.0.1:${port}`, region: localRegion, credentials: localCredentials };
    const client = new DynamoDBClient(place);
    const call = connectService('DYNAMODB', place);

    const cpuPer = (work: () => Promise<unknown>) => async () => {
      const { cpuUs } = await cpuOf(() => repeat(calls, atOnce, work));
      return { cpuUs: cpuUs / calls };
    };
    const cases = {
      [ours]: cpuPer(() => {
        const values = { ...others, ':result': { B: result.toString('base64') } };
        return call('UpdateItem', { ...update, ExpressionAttributeValues: values });
      }),
      [sdk]: cpuPer(() => {
        const values = { ...others, ':result': { B: result } };
        return client.send(new UpdateItemCommand({ ...update, ExpressionAttributeValues: values }));
      }),
    };
    await interleave(2, cases); // Compiles the code.
    const values = await interleave(quick ? 3 : 9, cases);
    client.destroy();
    await killBound(server);
    return {
      figures: [
        ...Object.entries(values).map(([name, { cpuUs }]) => ({ name, unit: 'us CPU', spread: spreadOf(cpuUs!) })),
        {
          name: 'AWS SDK, relative to girder-worker',
          unit: 'x CPU',
          spread: ratioOf(values[sdk]!.cpuUs!, values[ours]!.cpuUs!),
        },
      ],
      notes: [`${atOnce} concurrent calls, ${calls} per run, over HTTP: TLS costs both the same.`],
    };
  },
};
