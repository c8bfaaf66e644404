import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { encode } from '../message/encode.ts';
import { createDispatcherHandler } from './dispatcher.ts';

afterEach(() => vi.unstubAllEnvs());

test('when the handler has answered, no request to AWS is under way: those without an answer are aborted', async () => {
  const events: string[] = [];
  const server = createServer((request) => {
    events.push('request');
    request.socket.on('close', () => events.push('aborted'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = {
    ...{
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    ...{
      GIRDER_WORKER_BROKER: 'sqs://',
      GIRDER_WORKER_BACKEND: 'dynamodb:///celery',
      GIRDER_WORKER_LOG_FORMAT: 'text',
    },
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);

  const threadFile = new URL('../execution/fixtures/thread.ts', import.meta.url);
  const handler = await createDispatcherHandler({ settings: {}, tasks: {} }, threadFile);
  const record = {
    ...{ messageId: 'm', receiptHandle: 'r', body: encode({ task: 'p.task', id: 'id', args: [] }) },
    ...{ attributes: { ApproximateReceiveCount: '1' }, eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:celery' },
  };
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 1000 } as Context;
  const answer = await handler({ Records: [record] } as unknown as SQSEvent, context);

  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
  await expect.poll(() => events).toEqual(['request', 'aborted']);
  server.close();
});
