import { expect, test } from 'vitest';
import { sqsQueueName } from './queueName.ts';

test.each([
  ['celery', '', 'celery'],
  ['a.b/c', '', 'a-b_c'],
  ['tasks-1_2', 'prod.', 'prod-tasks-1_2'],
  ['orders.eu.fifo', '', 'orders-eu.fifo'],
  ['über', '', 'über'],
])('the Celery queue %j with prefix %j is the SQS queue %j', (queue, prefix, expected) => {
  expect(sqsQueueName(queue, prefix)).toBe(expected);
});
