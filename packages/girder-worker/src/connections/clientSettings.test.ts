import { expect, test } from 'vitest';
import { clientSettings } from './clientSettings.ts';

const nowhere = { endpoint: undefined, region: undefined, credentials: undefined };

test('on AWS, the region and credentials of the environment hold, with the session token', () => {
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' };
  expect(clientSettings(env, 'SQS', nowhere)).toEqual({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
  });
});

test('an endpoint of the service wins over the general one, and both over that of the URL', () => {
  const place = { ...nowhere, endpoint: 'http://url' };
  const env = { AWS_ENDPOINT_URL: 'http://general', AWS_ENDPOINT_URL_SQS: 'http://sqs' };
  expect(clientSettings(env, 'SQS', place).endpoint).toBe('http://sqs');
  expect(clientSettings(env, 'DYNAMODB', place).endpoint).toBe('http://general');
  expect(clientSettings({}, 'DYNAMODB', place).endpoint).toBe('http://url');
});

test('a region and credentials in the URL win over those of the environment', () => {
  const place = { ...nowhere, region: 'us-east-2', credentials: { accessKeyId: 'u', secretAccessKey: 'v' } };
  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  expect(clientSettings(env, 'DYNAMODB', place)).toEqual({ region: 'us-east-2', credentials: place.credentials });
});

test('an emulator needs no region, and what nobody says is left to the SDK', () => {
  expect(clientSettings({ AWS_ENDPOINT_URL: 'http://e' }, 'SQS', nowhere)).toEqual({
    endpoint: 'http://e',
    region: 'us-east-1',
  });
  expect(clientSettings({}, 'SQS', nowhere)).toEqual({});
});
