import { expect, test } from 'vitest';
import { createSqsTransport } from './sqsTransport.ts';

test('a message goes back to the queue of the account from which it came, and others to the queue of the own account', async () => {
  const asked: object[] = [];
  const calls = {
    async getQueueUrl(input: object) {
      asked.push(input);
      return { QueueUrl: 'https://sqs.example/queue' };
    },
    sendMessage: async () => ({}),
  };
  const transport = createSqsTransport({ connect: async () => calls as never });
  const receipt = { queueArn: 'arn:aws:sqs:us-east-1:999999999999:celery', receiptHandle: 'r' };
  await transport.resend(receipt, 'body', { delaySeconds: 900 });
  await transport.publish('body', { queue: 'celery' });
  expect(asked).toEqual([{ QueueName: 'celery', QueueOwnerAWSAccountId: '999999999999' }, { QueueName: 'celery' }]);
});
