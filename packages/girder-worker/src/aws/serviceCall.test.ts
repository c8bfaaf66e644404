import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectService } from './serviceCall.ts';

interface Request {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Respond = (response: ServerResponse) => void;

let server: Server;
let endpoint: string;
let requests: Request[] = [];
/** How the server answers each request in turn; further requests are answered with `{}`. */
let responses: Respond[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push({ path: request.url!, headers: request.headers, body });
      const respond = responses.shift() ?? answering(200, '{}');
      respond(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  requests = [];
  responses = [];
});

const answering =
  (status: number, text: string): Respond =>
  (response) =>
    response.writeHead(status).end(text);
const failing = (status: number, type: string, message = 'why') =>
  answering(status, JSON.stringify({ __type: type, message }));
const hangingUp: Respond = (response) => response.socket!.destroy();

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' };
const settings = () => ({ endpoint, region: 'eu-central-1', credentials });
const input = { TableName: 'celery', Key: { id: { S: "b'celery-task-meta-ü'" } }, UpdateExpression: 'SET a = :a' };

describe('a request', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 12, 34, 56), toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('to DynamoDB equals that of the AWS SDK and has a valid signature', async () => {
    const client = new DynamoDBClient(settings());
    await client.send(new UpdateItemCommand(input));
    client.destroy();
    await connectService('DYNAMODB', settings())('UpdateItem', input);
    await expectEqualRequests();
  });

  test('to an endpoint with a path is sent to that path and signed for it', async () => {
    await connectService('DYNAMODB', { ...settings(), endpoint: `${endpoint}/dynamodb` })('GetItem', input);
    expect(requests[0]!.headers.authorization).toBe(authorizationOf(requests[0]!));
    expect(requests[0]!.path).toBe('/dynamodb');
  });

  test('to SQS equals that of the AWS SDK and has a valid signature', async () => {
    const message = { QueueUrl: `${endpoint}/1/celery`, MessageBody: 'text', DelaySeconds: 3 };
    responses = [answering(200, JSON.stringify({ MD5OfMessageBody: '1cb251ec0d568de6a929b520c4aed8d1' }))];
    const client = new SQSClient(settings());
    await client.send(new SendMessageCommand(message));
    client.destroy();
    await connectService('SQS', settings())('SendMessage', message);
    await expectEqualRequests();
  });

  async function expectEqualRequests(): Promise<void> {
    const [theirs, ours] = requests as [Request, Request];
    expect(JSON.parse(ours.body)).toEqual(JSON.parse(theirs.body));
    for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'x-amz-security-token', 'host'])
      expect(ours.headers[name], name).toBe(theirs.headers[name]);
    for (const request of [theirs, ours]) expect(request.headers.authorization).toBe(authorizationOf(request));
    const [, ...signed] = /SignedHeaders=(\S+),/.exec(ours.headers.authorization!)!;
    expect(signed.join().split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']));
  }
});

/** The authorization that AWS computes for a received request, from the headers that it names as signed (Signature Version 4). */
function authorizationOf({ path, headers, body }: Request): string {
  const [, scope = '', signed = ''] = /Credential=key\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization!)!;
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const request = ['POST', path, '', lines.join(''), signed, hash(body)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    );
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(request)].join('\n');
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=key/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

describe('an answer', () => {
  test('is parsed as JSON, also if a chunk ends within a UTF-8 character', async () => {
    const text = JSON.stringify({ Item: { id: { S: 'ü'.repeat(10) } } });
    const cut = Buffer.from(text).indexOf(0xbc); // In the middle of a character.
    responses = [
      (response) => {
        response.write(Buffer.from(text).subarray(0, cut), () => response.end(Buffer.from(text).subarray(cut)));
      },
    ];
    expect(await connectService('DYNAMODB', settings())('GetItem', input)).toEqual(JSON.parse(text));
  });

  test('with an empty body is an empty object', async () => {
    responses = [answering(200, '')];
    expect(await connectService('SQS', settings())('DeleteMessage', {})).toEqual({});
  });

  test('with status 400 rejects the call with AWS’s name of the error, and is not retried', async () => {
    responses = [failing(400, 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', 'The conditional…')];
    await expect(connectService('DYNAMODB', settings())('UpdateItem', input)).rejects.toMatchObject({
      ...{ name: 'ConditionalCheckFailedException', message: 'The conditional…', httpStatus: 400 },
    });
    expect(requests).toHaveLength(1);
  });

  test.each([
    [
      'the error page of a proxy',
      answering(403, '<html>Forbidden'),
      { name: 'HTTP status 403', message: '<html>Forbidden' },
    ],
    [
      'a page that is not JSON, with status 200',
      answering(200, '<html>'),
      { name: 'HTTP status 200', message: '<html>' },
    ],
    ['a JSON value that is not an object', answering(200, '[null]'), { name: 'HTTP status 200', message: '[null]' }],
    [
      'an error whose fields have other types',
      answering(400, '{"__type": 7, "message": {}}'),
      { name: '7', httpStatus: 400 },
    ],
  ])('rejects the call if it is %s', async (_, respond, error) => {
    responses = [respond];
    await expect(connectService('DYNAMODB', settings())('GetItem', input)).rejects.toMatchObject(error);
  });
});

describe('a call is retried', () => {
  test.each([
    ['fails with status 500', failing(500, 'InternalServerError')],
    ['answers with a page and status 503', answering(503, '<html>')],
    ['throttles', failing(400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException')],
    ['closes the connection', hangingUp],
    ['sends something other than HTTP', (response: ServerResponse) => response.socket!.end('GARBAGE\r\n\r\n')],
  ])('if AWS %s', async (_, respond) => {
    responses = [respond, respond];
    expect(await connectService('DYNAMODB', settings())('GetItem', input)).toEqual({});
    expect(requests).toHaveLength(3);
  });

  test('up to five attempts in all, and then rejects with the last error', async () => {
    responses = Array.from({ length: 9 }, () => failing(500, 'InternalServerError', 'still broken'));
    await expect(connectService('DYNAMODB', settings())('GetItem', input)).rejects.toThrow('still broken');
    expect(requests).toHaveLength(5);
  });
});

test('concurrent calls reuse keep-alive connections', async () => {
  const call = connectService('DYNAMODB', settings());
  const connections = new Set<unknown>();
  server.on('connection', (socket) => connections.add(socket));
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 5 }, () => call('GetItem', input)));
  expect(requests).toHaveLength(15);
  expect(connections.size).toBe(5);
});

test('a call whose answer is cut short is retried', async () => {
  responses = [
    (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"Item"', () => response.socket!.destroy());
    },
  ];
  expect(await connectService('DYNAMODB', settings())('GetItem', input)).toEqual({});
  expect(requests).toHaveLength(2);
});
