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
/** What the server does with each request in turn; when there is no more, it answers `{}`. */
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
const place = () => ({ endpoint, region: 'eu-central-1', credentials });
const input = { TableName: 'celery', Key: { id: { S: "b'celery-task-meta-ü'" } }, UpdateExpression: 'SET a = :a' };

describe('a request', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 23, 12, 34, 56), toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('to DynamoDB is that of the AWS SDK, and signed as AWS demands', async () => {
    const client = new DynamoDBClient(place());
    await client.send(new UpdateItemCommand(input));
    client.destroy();
    await connectService('DYNAMODB', place())('UpdateItem', input);
    await expectAlike();
  });

  test('to an address with a path is signed for that path', async () => {
    await connectService('DYNAMODB', { ...place(), endpoint: `${endpoint}/dynamodb` })('GetItem', input);
    expect(requests[0]!.headers.authorization).toBe(authorizationOf(requests[0]!));
    expect(requests[0]!.path).toBe('/dynamodb');
  });

  test('to SQS, too', async () => {
    const message = { QueueUrl: `${endpoint}/1/celery`, MessageBody: 'text', DelaySeconds: 3 };
    responses = [answering(200, JSON.stringify({ MD5OfMessageBody: '1cb251ec0d568de6a929b520c4aed8d1' }))];
    const client = new SQSClient(place());
    await client.send(new SendMessageCommand(message));
    client.destroy();
    await connectService('SQS', place())('SendMessage', message);
    await expectAlike();
  });

  async function expectAlike(): Promise<void> {
    const [theirs, ours] = requests as [Request, Request];
    expect(JSON.parse(ours.body)).toEqual(JSON.parse(theirs.body));
    for (const name of ['content-type', 'x-amz-target', 'x-amz-date', 'x-amz-security-token', 'host'])
      expect(ours.headers[name], name).toBe(theirs.headers[name]);
    for (const request of [theirs, ours]) expect(request.headers.authorization).toBe(authorizationOf(request));
    const [, ...signed] = /SignedHeaders=(\S+),/.exec(ours.headers.authorization!)!;
    expect(signed.join().split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']));
  }
});

/** As AWS works it out of a request that has arrived, of the headers that it says are signed (Signature Version 4). */
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

describe('what was answered', () => {
  test('is given as it is, in whatever pieces it came', async () => {
    const text = JSON.stringify({ Item: { id: { S: 'ü'.repeat(10) } } });
    const cut = Buffer.from(text).indexOf(0xbc); // In the middle of a character.
    responses = [
      (response) => {
        response.write(Buffer.from(text).subarray(0, cut), () => response.end(Buffer.from(text).subarray(cut)));
      },
    ];
    expect(await connectService('DYNAMODB', place())('GetItem', input)).toEqual(JSON.parse(text));
  });

  test('may be nothing at all', async () => {
    responses = [answering(200, '')];
    expect(await connectService('SQS', place())('DeleteMessage', {})).toEqual({});
  });

  test('is an error by AWS’s own name, of which no second attempt is made', async () => {
    responses = [failing(400, 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', 'The conditional…')];
    await expect(connectService('DYNAMODB', place())('UpdateItem', input)).rejects.toMatchObject({
      ...{ name: 'ConditionalCheckFailedException', message: 'The conditional…', httpStatus: 400 },
    });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['a page of a proxy', answering(403, '<html>Forbidden'), { name: 'HTTP status 403', message: '<html>Forbidden' }],
    ['a page that says it is fine', answering(200, '<html>'), { name: 'HTTP status 200', message: '<html>' }],
    ['no object', answering(200, '[null]'), { name: 'HTTP status 200', message: '[null]' }],
    ['an error without sense', answering(400, '{"__type": 7, "message": {}}'), { name: '7', httpStatus: 400 }],
  ])('is an error where it is %s', async (_, respond, error) => {
    responses = [respond];
    await expect(connectService('DYNAMODB', place())('GetItem', input)).rejects.toMatchObject(error);
  });
});

describe('a call is made again', () => {
  test.each([
    ['broken', failing(500, 'InternalServerError')],
    ['gone for a moment', answering(503, '<html>')],
    ['throttling', failing(400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException')],
    ['hanging up', hangingUp],
    ['speaking something else than HTTP', (response: ServerResponse) => response.socket!.end('GARBAGE\r\n\r\n')],
  ])('where AWS is %s, and has a signature of its own', async (_, respond) => {
    responses = [respond, respond];
    expect(await connectService('DYNAMODB', place())('GetItem', input)).toEqual({});
    expect(requests).toHaveLength(3);
  });

  test('five times in all, and then it fails with what was wrong last', async () => {
    responses = Array.from({ length: 9 }, () => failing(500, 'InternalServerError', 'still broken'));
    await expect(connectService('DYNAMODB', place())('GetItem', input)).rejects.toThrow('still broken');
    expect(requests).toHaveLength(5);
  });
});

test('many calls at once share connections that are kept', async () => {
  const call = connectService('DYNAMODB', place());
  const connections = new Set<unknown>();
  server.on('connection', (socket) => connections.add(socket));
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 5 }, () => call('GetItem', input)));
  expect(requests).toHaveLength(15);
  expect(connections.size).toBe(5);
});

test('an answer that was cut short is no answer', async () => {
  responses = [
    (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"Item"', () => response.socket!.destroy());
    },
  ];
  expect(await connectService('DYNAMODB', place())('GetItem', input)).toEqual({});
  expect(requests).toHaveLength(2);
});
