import { createServer } from 'node:net';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { describeError } from '../system/outage.ts';
import { isConnectionError, retryUntil } from './retryUntil.ts';

const never = new AbortController().signal;

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
    expect(isConnectionError(refused)).toBe(true);
    expect(describeError(refused)).toMatch(/ECONNREFUSED/);
    expect(isConnectionError(Object.assign(new Error('busy'), { $metadata: { httpStatusCode: 503 } }))).toBe(true);
    expect(isConnectionError(Object.assign(new Error('slow'), { name: 'TimeoutError' }))).toBe(true);
  });

  test('is not transient if a permission is missing or a name is wrong', () => {
    expect(isConnectionError(Object.assign(new Error('no right'), { $metadata: { httpStatusCode: 403 } }))).toBe(false);
    expect(isConnectionError(new Error('There is no SQS queue "q".'))).toBe(false);
    expect(isConnectionError('text')).toBe(false);
  });
});

describe('retryUntil', () => {
  test('retries until the action succeeds, and reports the failed attempts and the success', async () => {
    let attempts = 0;
    const reports: string[] = [];
    const act = async () => {
      if (++attempts === 1) throw new Error('not yet');
      return 'done';
    };
    const outage = {
      failed: (error: unknown) => void reports.push(String(error)),
      succeeded: () => void reports.push('succeeded'),
    };
    expect(await retryUntil(act, { isTransient: () => true, outage, signal: never })).toBe('done');
    expect(reports).toEqual(['Error: not yet', 'succeeded']);
  });

  test('throws an error that is not transient', async () => {
    const outage = { failed: () => expect.fail('there must be no delay'), succeeded: () => undefined };
    const options = { isTransient: () => false, outage, signal: never };
    await expect(retryUntil(() => Promise.reject(new Error('for good')), options)).rejects.toThrow('for good');
  });

  test('gives up at once when its signal is aborted during a delay', async () => {
    const stopping = new AbortController();
    const outage = { failed: () => stopping.abort(), succeeded: () => undefined };
    const options = { isTransient: () => true, outage, signal: stopping.signal };
    expect(await retryUntil(() => Promise.reject(new Error('not yet')), options)).toBeUndefined();
  });
});
