import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { nodeName } from './nodeName.ts';

test('all environments of a Lambda function have the name of the function', () => {
  expect(nodeName({ AWS_LAMBDA_FUNCTION_NAME: 'stack-dev-dispatcher' })).toBe('girder-worker@stack-dev-dispatcher');
});

test('elsewhere a worker has the name of its machine', () => {
  expect(nodeName({})).toBe(`girder-worker@${hostname()}`);
});

test('a name that is given wins over both', () => {
  const env = { GIRDER_WORKER_NODE_NAME: 'me@here', AWS_LAMBDA_FUNCTION_NAME: 'stack-dev-control' };
  expect(nodeName(env)).toBe('me@here');
});
