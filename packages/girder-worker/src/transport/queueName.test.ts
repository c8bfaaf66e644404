import { expect, test } from 'vitest';
import { queueNameInArn, sqsQueueName } from './queueName.ts';

test.each([
  ['celery', '', 'celery'],
  ['a.b/c', '', 'a-b_c'],
  ['tasks-1_2', 'prod.', 'prod-tasks-1_2'],
  ['orders.eu.fifo', '', 'orders-eu.fifo'],
  ['über', '', 'über'],
])('the Celery queue %j with prefix %j is the SQS queue %j', (queue, prefix, expected) => {
  expect(sqsQueueName(queue, prefix)).toBe(expected);
});

test('the name of a queue is the last part of its ARN', () => {
  expect(queueNameInArn('arn:aws:sqs:us-east-1:000000000000:jobs.fifo')).toBe('jobs.fifo');
});
