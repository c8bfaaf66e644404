import { expect, test } from 'vitest';
import { clientSettings } from './clientSettings.ts';

const unspecified = { endpoint: undefined, region: undefined, credentials: undefined };

test('region, credentials and session token are those of the environment if the URL names none', () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' };
  expect(clientSettings(env, 'SQS', unspecified)).toEqual({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
  });
});

test('the endpoint of a service wins over the general endpoint, and both win over that of the URL', () => {
  const target = { ...unspecified, endpoint: 'http://url' };
  const env = { AWS_ENDPOINT_URL: 'http://general', AWS_ENDPOINT_URL_SQS: 'http://sqs' };
  expect(clientSettings(env, 'SQS', target).endpoint).toBe('http://sqs');
  expect(clientSettings(env, 'DYNAMODB', target).endpoint).toBe('http://general');
  expect(clientSettings({}, 'DYNAMODB', target).endpoint).toBe('http://url');
});

test('region and credentials of the URL win over those of the environment', () => {
  const target = { ...unspecified, region: 'us-east-2', credentials: { accessKeyId: 'u', secretAccessKey: 'v' } };
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  expect(clientSettings(env, 'DYNAMODB', target)).toEqual({ region: 'us-east-2', credentials: target.credentials });
});

test('an endpoint makes us-east-1 the default region; without one, what is not set is left to the AWS SDK', () => {
  expect(clientSettings({ AWS_ENDPOINT_URL: 'http://e' }, 'SQS', unspecified)).toEqual({
    endpoint: 'http://e',
    region: 'us-east-1',
  });
  expect(clientSettings({}, 'SQS', unspecified)).toEqual({});
});
