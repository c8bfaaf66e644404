import { expect, test } from 'vitest';
import { isRefusal, isRefusalByQueue } from './refusal.ts';

const named = (name: string) => Object.assign(new Error('as SQS says'), { name });

test.each([
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'AccessDenied',
  'AccessDeniedException',
  'KmsAccessDenied',
  'KmsDisabled',
])('%s concerns each message to a queue, now and later', (name) => {
  expect([isRefusal(named(name)), isRefusalByQueue(named(name))]).toEqual([true, true]);
});

test.each(['InvalidMessageContents', 'InvalidParameterValue', 'InvalidAttributeValue'])(
  '%s concerns one message, now and later',
  (name) => {
    expect([isRefusal(named(name)), isRefusalByQueue(named(name))]).toEqual([true, false]);
  },
);

test.each([
  'ThrottlingException',
  'RequestThrottled',
  'KmsThrottled',
  'InternalError',
  'ServiceUnavailable',
  'ExpiredToken',
  'UnrecognizedClientException',
  'TimeoutError',
])('%s may pass', (name) => {
  expect(isRefusal(named(name))).toBe(false);
});

test('the error that explains a missing queue is a refusal', () => {
  expect(isRefusal(new Error('There is no SQS queue.', { cause: named('QueueDoesNotExist') }))).toBe(true);
});
