import { expect, test } from 'vitest';
import type { Log } from '../events/log.ts';
import type { PidboxQueue } from '../transport/sqs/pidboxQueue.ts';
import { startPidboxListener } from './pidboxListener.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A pidbox queue that delivers no command; it rejects with the error, if there is one. */
function pidboxQueue(name: string, closed: string[], error?: Error): PidboxQueue {
  const queue = {
    name,
    arn: `arn:aws:sqs:us-east-1:0:${name}`,
    isFifo: false,
    hasDeadLetterQueue: false,
    undelivered: async () => undefined,
  };
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

test('a worker whose pidbox queue is deleted by another process opens a new one', async () => {
  const closed: string[] = [];
  const gone = Object.assign(new Error('The specified queue does not exist.'), { name: 'QueueDoesNotExist' });
  const pidboxQueues = [pidboxQueue('first', closed, gone), pidboxQueue('second', closed)];
  const secondOpened = Promise.withResolvers<void>();
  const stop = startPidboxListener({
    async open() {
      const opened = pidboxQueues.shift()!;
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
