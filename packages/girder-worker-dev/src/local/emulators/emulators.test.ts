import { once } from 'node:events';
import { connect } from 'node:net';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localCredentials, localRegion } from './credentials.ts';
import { type Emulators, startEmulators } from './emulators.ts';
import { createQueue, createResultTable, localSqsClient } from './resources.ts';

/** The SDK warns if the host of a queue URL is not the endpoint, which is the case that is tested. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

describe('the emulators', () => {
  test('return queue URLs that a client can use without knowing the endpoint', async () => {
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const { url } = await createQueue(sqs, { name: 'reachable', visibilityTimeoutSeconds: 30, maxReceiveCount: 3 });
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'reachable' }));
    expect(QueueUrls).toEqual([
      `${emulators.sqsEndpoint}/000000000000/reachable`,
      `${emulators.sqsEndpoint}/000000000000/reachable-dead-letters`,
    ]);

    const stranger = new SQSClient({ region: localRegion, credentials: localCredentials, logger: silent });
    expect(await stranger.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'hello' }))).toHaveProperty(
      'MessageId',
    );
  });

  test('create a queue with the given visibility timeout and a dead-letter queue', async () => {
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const queue = await createQueue(sqs, { name: 'attributes', visibilityTimeoutSeconds: 77, maxReceiveCount: 4 });
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({ VisibilityTimeout: '77', QueueArn: queue.arn });
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:attributes-dead-letters',
      maxReceiveCount: 4,
    });
  });

  test('create a result table with Celery’s key, which is active immediately', async () => {
    await createResultTable(emulators.dynamodbEndpoint, 'results');
    const dynamodb = new DynamoDBClient({
      endpoint: emulators.dynamodbEndpoint,
      region: localRegion,
      credentials: localCredentials,
    });
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'results' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] });
  });

  test('deliver a message again that was sent to a receiver which had disconnected', async () => {
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const { url } = await createQueue(sqs, { name: 'hung-up', visibilityTimeoutSeconds: 600, maxReceiveCount: 9 });
    const receiver = connect(portOf(emulators.sqsEndpoint), '127.0.0.1');
    const body = JSON.stringify({ QueueUrl: url, WaitTimeSeconds: 20 });
    const receive = [
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0',
      `x-amz-target: AmazonSQS.ReceiveMessage\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    ];
    receiver.write(`GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n${receive.join('\r\n')}`);
    await once(receiver, 'data'); // The response to the first request: the second one is in progress.
    receiver.resetAndDestroy();
    await once(receiver, 'close');

    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'for another receiver' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 5 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['for another receiver']);
  });

  test.each(['sqsEndpoint', 'dynamodbEndpoint'] as const)(
    'survive a client that disconnects in the middle of a request to %s',
    async (endpoint) => {
      const socket = connect(portOf(emulators[endpoint]), '127.0.0.1');
      socket.write(
        'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 999\r\n\r\n{',
      );
      await once(socket, 'connect');
      socket.resetAndDestroy();
      await once(socket, 'close');
      expect((await fetch(emulators.dynamodbEndpoint)).status).toBe(200);
      expect((await fetch(`${emulators.sqsEndpoint}/health`)).status).toBe(200);
    },
  );

  test('reject a port that is in use, and name the option that chooses another', async () => {
    const sqsPort = portOf(emulators.sqsEndpoint);
    const dynamodbPort = portOf(emulators.dynamodbEndpoint);
    await expect(startEmulators({ sqsPort })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      service: 'SQS',
      message: expect.stringMatching(new RegExp(`${sqsPort}.*another \`npm run dev\`[^]*--sqs-port`)),
    });
    await expect(startEmulators({ dynamodbPort })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      service: 'DynamoDB',
      port: dynamodbPort,
    });
  });

  test('close their ports when they are stopped, and do not report a loss', async () => {
    const own = await startEmulators();
    await own.stop();
    await expect(fetch(own.sqsEndpoint)).rejects.toThrow();
    await expect(fetch(own.dynamodbEndpoint)).rejects.toThrow();
    expect(await Promise.race([own.lost, Promise.resolve('not lost')])).toBe('not lost');
  });

  test('report a loss when their process is killed', async () => {
    const own = await startEmulators();
    process.kill(own.pid, 'SIGTERM');
    expect(await own.lost).toMatchObject({ code: 'EMULATORS_LOST', message: expect.stringContaining('SIGTERM') });
  });
});

function portOf(endpoint: string): number {
  return Number(new URL(endpoint).port);
}
