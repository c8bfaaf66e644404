import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from './emulators.ts';

let emulators: Emulators;
beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

/** Sends a request with these headers, as `fetch` cannot. */
async function send(endpoint: string, method: string, headers: Record<string, string>, body = '') {
  // Node.js would send the body of another method without its length, and the server would read it as a further request.
  const sent = request(endpoint, { method, headers }).end(method === 'POST' ? body : '');
  const [response] = await once(sent, 'response');
  response.resume();
  return { status: response.statusCode as number, headers: Object.keys(response.headers) };
}

const listTables = { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' };
const credentials = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x',
  'x-amz-date': '20260101T000000Z',
};

describe.each(['sqsEndpoint', 'dynamodbEndpoint'] as const)('the emulator at %s refuses', (endpoint) => {
  test.each<[what: string, method: string, headers: Record<string, string>]>([
    ['the preflight of a page', 'OPTIONS', { origin: 'https://evil.example', 'access-control-request-method': 'POST' }],
    [
      'a form of a page',
      'POST',
      { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['a form of a page without an origin', 'POST', { origin: 'null' }],
    ['a page on another port of this machine', 'POST', { origin: 'http://localhost:3000' }],
    ['an image in a page', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a page whose host name leads to this machine', 'POST', { host: 'evil.example' }],
    ['a host name that only begins like this machine', 'POST', { host: '127.0.0.1.evil.example' }],
  ])('%s, and its answer may be read by no page', async (_, method, headers) => {
    const answer = await send(emulators[endpoint], method, { ...headers, ...listTables }, 'Action=ListQueues');
    expect(answer.status).toBe(403);
    expect(answer.headers.filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

test.each(['127.0.0.1', 'localhost', 'localhost:8000', '[::1]:8000', 'sqs.us-east-1.localhost'])(
  'a program that names the host %s is answered, without headers for pages',
  async (host) => {
    const answer = await send(emulators.dynamodbEndpoint, 'POST', { host, ...listTables, ...credentials }, '{}');
    expect(answer.status).toBe(200);
    expect(answer.headers.filter((name) => name.startsWith('access-control-'))).toEqual([]);
  },
);
