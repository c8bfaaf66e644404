import { expect, test } from 'vitest';
import type { Log } from '../events/log.ts';
import type { PidboxQueue } from '../transport/sqs/pidboxQueue.ts';
import { startPidboxListener } from './pidboxListener.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A mailbox out of which nothing comes but this error, where there is one. */
function mailbox(name: string, closed: string[], error?: Error): PidboxQueue {
  const queue = { name, arn: `arn:aws:sqs:us-east-1:0:${name}`, isFifo: false, hasDeadLetterQueue: false };
  return {
    topicArn: 'arn:aws:sns:us-east-1:0:celery-pidbox',
    queue: {
      ...queue,
      async receive({ signal }) {
        if (error) throw error;
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      },
    },
    async close() {
      closed.push(name);
    },
  };
}

test('a worker whose mailbox is deleted behind its back opens another', async () => {
  const closed: string[] = [];
  const gone = Object.assign(new Error('The specified queue does not exist.'), { name: 'QueueDoesNotExist' });
  const mailboxes = [mailbox('first', closed, gone), mailbox('second', closed)];
  const secondOpened = Promise.withResolvers<void>();
  const stop = startPidboxListener({
    async open() {
      const opened = mailboxes.shift()!;
      if (opened.queue.name === 'second') secondOpened.resolve();
      return opened;
    },
    receive: async () => undefined,
    transport: { acknowledge: async () => undefined },
    log: silent,
  });
  await secondOpened.promise;
  expect(closed).toEqual(['first']);
  await stop();
  expect(closed).toEqual(['first', 'second']);
});
