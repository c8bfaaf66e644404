import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { encode } from '../message/encode.ts';
import { createDispatcherHandler } from './dispatcher.ts';

afterEach(() => vi.unstubAllEnvs());

/** Sets the variables of a function whose AWS is this endpoint. */
function stubEnvironment(endpoint: string): void {
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
}

test('when the handler has answered, no request to AWS is under way: those without an answer are aborted', async () => {
  const events: string[] = [];
  const server = createServer((request) => {
    events.push('request');
    request.socket.on('close', () => events.push('aborted'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stubEnvironment(endpoint);

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

test.each([
  ['that it can', 200, { Item: {} }, null],
  ['why it cannot', 400, { __type: 'AccessDeniedException', message: 'No.' }, 'AccessDeniedException: No.'],
])(
  'a function that is inspected names its Node.js and its tasks, and says %s read the table',
  async (_, status, answer, fault) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stubEnvironment(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const entry = { plugin: 'p@1.0.0', options: {}, parameters: { positional: [] }, load: () => undefined };
    const threadFile = new URL('../execution/fixtures/thread.ts', import.meta.url);
    const handler = await createDispatcherHandler({ settings: {}, tasks: { 'p.task': entry } }, threadFile);
    const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 1000 } as Context;
    const event = { inspect: 'function', Records: [] } as unknown as SQSEvent;

    expect(await handler(event, context)).toEqual({
      ...{ batchItemFailures: [], node: process.versions.node, tasks: ['p.task'], tableFault: fault },
    });
    server.close();
  },
);
