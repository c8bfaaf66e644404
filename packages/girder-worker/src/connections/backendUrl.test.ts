import { expect, test } from 'vitest';
import { parseBackendUrl } from './backendUrl.ts';

test.each([
  [
    'dynamodb://@us-east-1/celery',
    { table: 'celery', region: 'us-east-1', endpoint: undefined, credentials: undefined, ttlSeconds: undefined },
  ],
  [
    'dynamodb://@eu-west-1/results',
    { table: 'results', region: 'eu-west-1', endpoint: undefined, credentials: undefined, ttlSeconds: undefined },
  ],
  [
    'dynamodb://@us-east-1',
    { table: 'celery', region: 'us-east-1', endpoint: undefined, credentials: undefined, ttlSeconds: undefined },
  ],
  [
    'dynamodb:///celery',
    { table: 'celery', region: undefined, endpoint: undefined, credentials: undefined, ttlSeconds: undefined },
  ],
  [
    'dynamodb://key:se%2Fcret@localhost:8001/celery?read=5&write=5&ttl_seconds=600',
    {
      table: 'celery',
      region: 'us-east-1',
      endpoint: 'http://localhost:8001',
      credentials: { accessKeyId: 'key', secretAccessKey: 'se/cret' },
      ttlSeconds: 600,
    },
  ],
  [
    'dynamodb://@127.0.0.1:8001/celery',
    {
      table: 'celery',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:8001',
      credentials: undefined,
      ttlSeconds: undefined,
    },
  ],
  [
    'dynamodb://@us-east-1/celery?ttl_seconds=-1', // In Celery: results do not expire.
    { table: 'celery', region: 'us-east-1', endpoint: undefined, credentials: undefined, ttlSeconds: undefined },
  ],
])('the backend URL %s is read as Celery reads it', (url, expected) => {
  expect(parseBackendUrl(url)).toEqual(expected);
});

test.each(['redis://localhost', 'celery', '', 'dynamodb:'])(
  'the backend URL %j is refused with an example of a valid one',
  (url) => {
    expect(() => parseBackendUrl(url)).toThrow(
      /GIRDER_WORKER_BACKEND is not the URL of a DynamoDB table.*Write for example dynamodb:\/\//,
    );
  },
);

test('the error that refuses a backend URL masks its password', () => {
  expect(() => parseBackendUrl('redis://user:secret@localhost')).toThrow(/redis:\/\/user:\*\*@localhost/);
});

test('a backend URL with a key, but without its secret, is refused', () => {
  expect(() => parseBackendUrl('dynamodb://key@us-east-1/celery')).toThrow(/without its secret/);
});
