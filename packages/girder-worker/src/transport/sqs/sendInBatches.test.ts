import { expect, test } from 'vitest';
import { yieldToEventLoop } from '../../system/eventLoop.ts';
import { sendInBatches } from './sendInBatches.ts';

interface Message {
  readonly queue: string;
  readonly body: string;
}

const queueOf = ({ queue }: Message) => queue;
const messagesOf = (queue: string, count: number, body = 'x'): Message[] =>
  Array.from({ length: count }, (_, index) => ({ queue, body: `${index}${body}` }));

test('1000 messages for one queue are sent in 100 requests, at most five at the same time', async () => {
  const sizes: number[] = [];
  let underWay = 0;
  let most = 0;
  await sendInBatches(messagesOf('celery', 1000), {
    queueOf,
    async send(_, messages) {
      sizes.push(messages.length);
      most = Math.max(most, ++underWay);
      await yieldToEventLoop();
      underWay -= 1;
      return [];
    },
  });
  expect(sizes).toEqual(Array.from({ length: 100 }, () => 10));
  expect(most).toBe(5);
});

test('each queue has requests of its own', async () => {
  const sent: string[] = [];
  await sendInBatches(
    messagesOf('a', 12).flatMap((message) => [message, { ...message, queue: 'b' }]),
    {
      queueOf,
      async send(queue, messages) {
        expect(messages.every((message) => message.queue === queue)).toBe(true);
        sent.push(`${queue}${messages.length}`);
        return [];
      },
    },
  );
  expect(new Set(sent)).toEqual(new Set(['a10', 'a2', 'b10', 'b2']));
  expect(sent).toHaveLength(4);
});

test('a request has at most 1 MiB, counted in UTF-8', async () => {
  const sizes: number[] = [];
  const send = async (_: string, messages: readonly Message[]) => {
    sizes.push(messages.length);
    return [];
  };
  await sendInBatches(messagesOf('celery', 5, 'é'.repeat(200 * 1024)), { queueOf, send });
  expect(sizes).toEqual([2, 2, 1]);
});

test('the messages of a FIFO queue are sent in their order, one request after the other', async () => {
  const sent: string[] = [];
  let underWay = 0;
  await sendInBatches(messagesOf('groups.fifo', 35), {
    queueOf,
    async send(_, messages) {
      expect(++underWay).toBe(1);
      await yieldToEventLoop();
      underWay -= 1;
      sent.push(...messages.map(({ body }) => body));
      return [];
    },
  });
  expect(sent).toEqual(messagesOf('groups.fifo', 35).map(({ body }) => body));
});

test('after a request that fails no further one begins, and no further message is taken', async () => {
  let taken = 0;
  let requests = 0;
  async function* endless() {
    for (;;) {
      taken += 1;
      yield { queue: 'celery', body: 'x' };
    }
  }
  const send = async () => {
    requests += 1;
    await yieldToEventLoop();
    throw new Error('no queue');
  };
  await expect(sendInBatches(endless(), { queueOf, send })).rejects.toThrow('no queue');
  expect(requests).toBeLessThanOrEqual(5);
  expect(taken).toBeLessThanOrEqual(70);
});
