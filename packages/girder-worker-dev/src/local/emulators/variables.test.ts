import { parseBackendUrl, parseBrokerUrl } from 'girder-worker/internal/aws';
import { expect, test } from 'vitest';
import type { Emulators } from './emulators.ts';
import { celeryUrls, isolatedVariables, stackVariables } from './variables.ts';

const emulators = { sqsEndpoint: 'http://127.0.0.1:9324', dynamodbEndpoint: 'http://127.0.0.1:8000' } as Emulators;

test('a process of the local stack inherits no variable of the shell that could connect it to a real account', () => {
  const shell = {
    HOME: '/home/me',
    MY_SETTING: '1',
    AWS_PROFILE: 'production',
    AWS_SESSION_TOKEN: 'token',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: 'https://example.com',
    GIRDER_WORKER_BROKER: 'sqs://key:secret@example.com//',
  };
  expect(isolatedVariables(shell, stackVariables(emulators, 'celery'))).toEqual({
    HOME: '/home/me',
    MY_SETTING: '1',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9324',
    AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:9324',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
    GIRDER_WORKER_BROKER: 'sqs://',
    GIRDER_WORKER_BACKEND: 'dynamodb://@us-east-1/celery',
  });
});

test('Celery’s URLs of the local stack name the emulators and their credentials', () => {
  const { broker, backend } = celeryUrls(emulators, 'celery');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  expect(parseBrokerUrl(broker)).toMatchObject({ endpoint: 'http://localhost:9324', credentials });
  expect(parseBackendUrl(backend)).toMatchObject({ endpoint: 'http://localhost:8000', table: 'celery', credentials });
});
