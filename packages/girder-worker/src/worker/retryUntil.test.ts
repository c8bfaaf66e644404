import { createServer } from 'node:net';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../aws/serviceError.ts';
import { describeError, isConnectionError, retryUntil } from './retryUntil.ts';

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
    expect(isConnectionError(new ServiceError('InternalServerError', 'broken', 500))).toBe(true);
    expect(isConnectionError(Object.assign(new Error('slow'), { name: 'TimeoutError' }))).toBe(true);
  });

  test('is not transient if a permission is missing or a name is wrong', () => {
    expect(isConnectionError(Object.assign(new Error('no right'), { $metadata: { httpStatusCode: 403 } }))).toBe(false);
    expect(isConnectionError(new ServiceError('AccessDeniedException', 'no right', 400))).toBe(false);
    expect(isConnectionError(new Error('There is no SQS queue "q".'))).toBe(false);
    expect(isConnectionError('text')).toBe(false);
  });

  test('that has no message, as an AggregateError of Node, is described by its code', () => {
    expect(describeError(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
  });
});

describe('retryUntil', () => {
  test('retries until the action succeeds, and reports each error with the delay before the next attempt', async () => {
    let attempts = 0;
    const faults: unknown[] = [];
    const act = async () => {
      if (++attempts === 1) throw new Error('not yet');
      return 'done';
    };
    const onError = (...fault: unknown[]) => void faults.push(fault);
    expect(await retryUntil(act, { isTransient: () => true, onError, signal: never })).toBe('done');
    expect(faults).toEqual([[expect.objectContaining({ message: 'not yet' }), 1]]);
  });

  test('throws an error that is not transient', async () => {
    const options = { isTransient: () => false, onError: () => expect.fail('there must be no delay'), signal: never };
    await expect(retryUntil(() => Promise.reject(new Error('for good')), options)).rejects.toThrow('for good');
  });

  test('gives up at once when its signal is aborted during a delay', async () => {
    const stopping = new AbortController();
    const options = { isTransient: () => true, onError: () => stopping.abort(), signal: stopping.signal };
    expect(await retryUntil(() => Promise.reject(new Error('not yet')), options)).toBeUndefined();
  });
});
