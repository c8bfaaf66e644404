import { hostname } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigurationError } from './configurationError.ts';
import { loadConnections } from './connections.ts';

describe('the node name', () => {
  test('is that of the Lambda function, shared by all its environments', () => {
    const { nodeName } = loadConnections({ AWS_LAMBDA_FUNCTION_NAME: 'stack-dev-dispatcher' });
    expect(nodeName).toBe('girder-worker@stack-dev-dispatcher');
  });

  test('is that of the machine outside of Lambda', () => {
    expect(loadConnections({}).nodeName).toBe(`girder-worker@${hostname()}`);
  });

  test('can be set, which wins over function and machine', () => {
    const env = { GIRDER_WORKER_NODE_NAME: 'me@here', AWS_LAMBDA_FUNCTION_NAME: 'stack-dev-control' };
    expect(loadConnections(env).nodeName).toBe('me@here');
  });
});

test('an empty environment means SQS and the table "celery" in the account that the AWS SDK finds', () => {
  expect(loadConnections({})).toMatchObject({
    broker: { url: 'sqs://', queueNamePrefix: undefined, queues: undefined, sqs: {}, sns: {} },
    backend: {
      url: 'dynamodb:///celery',
      table: 'celery',
      keyPrefix: undefined,
      dynamodb: {},
      batchWrites: true,
      history: undefined,
    },
  });
});

test('every variable has its place in the connections', () => {
  const connections = loadConnections({
    GIRDER_WORKER_BROKER: 'sqs://key:secret@localhost:9324//',
    GIRDER_WORKER_BACKEND: 'dynamodb://key:secret@localhost:8001/results?ttl_seconds=600',
    GIRDER_WORKER_QUEUE_NAME_PREFIX: 'prod-',
    GIRDER_WORKER_KEY_PREFIX: 'app',
    GIRDER_WORKER_QUEUES: 'celery, long-tasks,',
    GIRDER_WORKER_BATCH_WRITES: 'off',
    GIRDER_WORKER_HISTORY_TABLE: 'results-history',
    GIRDER_WORKER_HISTORY_DAYS: '30',
    GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: 'https://sqs/dead',
    GIRDER_WORKER_TOPIC_ARN: 'arn:aws:sns:us-east-1:0:topic',
    GIRDER_WORKER_NODE_NAME: 'me@here',
    AWS_ENDPOINT_URL_SNS: 'http://localhost:4100',
  });
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const client = { region: 'us-east-1', credentials };
  expect(connections).toEqual({
    nodeName: 'me@here',
    broker: {
      url: 'sqs://key:**@localhost:9324//',
      queueNamePrefix: 'prod-',
      deadLetterQueueUrl: 'https://sqs/dead',
      topicArn: 'arn:aws:sns:us-east-1:0:topic',
      queues: ['celery', 'long-tasks'],
      sqs: { ...client, endpoint: 'http://localhost:9324' },
      sns: { ...client, endpoint: 'http://localhost:4100' },
    },
    backend: {
      url: 'dynamodb://key:**@localhost:8001/results?ttl_seconds=600',
      table: 'results',
      keyPrefix: 'app',
      ttlSeconds: 600,
      dynamodb: { ...client, endpoint: 'http://localhost:8001' },
      batchWrites: false,
      history: { table: 'results-history', days: 30 },
    },
  });
});

test('SNS is expected at the endpoint of SQS if it has none of its own', () => {
  const { broker } = loadConnections({ AWS_ENDPOINT_URL_SQS: 'http://localhost:9324' });
  expect(broker.sns.endpoint).toBe('http://localhost:9324');
});

test('one error lists all faults, without any password', () => {
  const env = {
    GIRDER_WORKER_BROKER: 'redis://user:hunter2@localhost',
    GIRDER_WORKER_BACKEND: 'redis://user:hunter2@localhost',
    GIRDER_WORKER_QUEUES: ' , ',
  };
  expect(() => loadConnections(env)).toThrow(ConfigurationError);
  expect(() => loadConnections(env)).toThrow(/:\n- .*_BROKER.*\n- .*_BACKEND.*\n- .*_QUEUES.*" , "/);
  expect(() => loadConnections(env)).not.toThrow(/hunter2/);
});

test('no error of a broker or a backend contains the password, whatever the URL and the password are', () => {
  const passwords = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }).map((text) => `Zq7${text}`);
  const forms = fc.constantFrom<(password: string) => string>(
    (password) => `redis://user:${password}@localhost`,
    (password) => `sqs://key:${password}@localhost:1/x/y`,
    (password) => `sqs://key:${password}`,
    (password) => `sqs://:${password}@`,
    (password) => `key:${password}@localhost`,
    (password) => `dynamodb://key:${password}@us-east-1/table`,
    (password) => `dynamodb://key:${password}%@us-east-1/table`,
    (password) => `dynamodb:key:${password}@us-east-1`,
  );
  fc.assert(
    fc.property(passwords, forms, (password, form) => {
      const env = { GIRDER_WORKER_BROKER: form(password), GIRDER_WORKER_BACKEND: form(password) };
      try {
        loadConnections(env);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        expect(String(error)).not.toContain('Zq7');
      }
    }),
  );
});
