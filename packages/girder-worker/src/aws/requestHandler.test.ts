import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ClientOptions, clientConfig } from './clientConfig.ts';

let server: Server;
let endpoint: string;
let connections = new Set<unknown>();
let received = 0;
/** How the server answers each request in turn; further requests are answered with an empty object. */
let responses: ((response: ServerResponse) => unknown)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    received += 1;
    request.resume().on('end', () => (responses.shift() ?? answering)(response));
  });
  server.on('connection', (socket) => connections.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  responses = [];
  received = 0;
  connections = new Set();
});

const answering = (response: ServerResponse) => response.end('{}');
const hangingUp = (response: ServerResponse) => response.socket!.destroy();
const failing = (response: ServerResponse) => response.writeHead(500).end('{}');
const neverAnswering = () => undefined;

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };

/** The request of a client; with one attempt, the client itself sends nothing again. */
function requestOf(options: ClientOptions = {}, maxAttempts = 1) {
  const client = new SQSClient({
    ...clientConfig({ endpoint, region: 'us-east-1', credentials }, options),
    maxAttempts,
  });
  return () => client.send(new GetQueueUrlCommand({ QueueName: 'celery' }));
}

describe('a request', () => {
  test('whose connection breaks is sent again at once, over another connection', async () => {
    const request = requestOf();
    await request();
    responses = [hangingUp];
    await request();
    expect(received).toBe(3);
    expect(connections.size).toBe(2);
  });

  test('whose second connection breaks, too, fails with the attempts of the client', async () => {
    responses = [hangingUp, hangingUp];
    await expect(requestOf()()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(received).toBe(2);
  });

  test('that the service could not carry out is tried five times', async () => {
    const { maxAttempts } = clientConfig({});
    responses = Array.from({ length: 9 }, () => failing);
    vi.spyOn(Math, 'random').mockReturnValue(0); // Without delays between the attempts.
    await expect(requestOf({}, maxAttempts)()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    vi.restoreAllMocks();
    expect(received).toBe(5);
  });

  test('ends when the signal is aborted, and is not tried again', async () => {
    const controller = new AbortController();
    responses = [() => controller.abort()];
    await expect(requestOf({ signal: () => controller.signal }, 5)()).rejects.toMatchObject({ name: 'AbortError' });
    expect(received).toBe(1);
  });

  test('is not sent while the signal is aborted', async () => {
    await expect(requestOf({ signal: () => AbortSignal.abort() }, 5)()).rejects.toMatchObject({ name: 'AbortError' });
    expect(received).toBe(0);
  });

  test('without an answer ends after five seconds', async () => {
    responses = [neverAnswering];
    const sentMs = performance.now();
    await expect(requestOf()()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - sentMs).toBeGreaterThan(4900);
  });
});

test('concurrent requests reuse the connections of earlier ones', async () => {
  const request = requestOf();
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 5 }, request));
  expect(connections.size).toBe(5);
});
