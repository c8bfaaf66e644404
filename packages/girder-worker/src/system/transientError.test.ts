import { createServer } from 'node:net';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { describeError } from './outage.ts';
import { isTransientError } from './transientError.ts';

/** The error of the SDK for an endpoint where no server listens. */
async function connectionRefused(): Promise<unknown> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  return client.send(new GetQueueUrlCommand({ QueueName: 'q' })).catch((error: unknown) => error);
}

describe('an error of a service', () => {
  test('is transient if the service does not answer, is broken or is busy', async () => {
    const refused = await connectionRefused();
    expect(isTransientError(refused)).toBe(true);
    expect(describeError(refused)).toMatch(/ECONNREFUSED/);
    expect(isTransientError(Object.assign(new Error('busy'), { $metadata: { httpStatusCode: 503 } }))).toBe(true);
    expect(isTransientError(Object.assign(new Error('slow'), { name: 'TimeoutError' }))).toBe(true);
    expect(isTransientError(Object.assign(new Error('full'), { name: 'ThrottlingException' }))).toBe(true);
  });

  test('is not transient if a permission is missing or a name is wrong', () => {
    expect(isTransientError(Object.assign(new Error('no right'), { $metadata: { httpStatusCode: 403 } }))).toBe(false);
    expect(isTransientError(new Error('There is no SQS queue "q".'))).toBe(false);
    expect(isTransientError(Object.assign(new Error('ended'), { name: 'AbortError' }))).toBe(false);
    expect(isTransientError('text')).toBe(false);
  });
});
