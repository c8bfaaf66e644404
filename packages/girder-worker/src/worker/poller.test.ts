import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { OngoingOutage } from '../system/outage.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import type { QueueConsumer, ReceiveOptions } from '../transport/queueConsumer.ts';
import { startPoller } from './poller.ts';

const lease = { leaseMs: 60_000, periodMs: 5 };
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:celery';

function record(id: string): SQSRecord {
  const message = { messageId: id, receiptHandle: id, body: id, attributes: {}, eventSourceARN: queueArn };
  return message as unknown as SQSRecord;
}

/** A queue whose answers the test gives, one for each request. */
function queueUnderTest(name: string) {
  const asked: ReceiveOptions[] = [];
  const waiting: ((records: SQSRecord[]) => void)[] = [];
  const queue: QueueConsumer = {
    name,
    arn: queueArn,
    isFifo: false,
    hasDeadLetterQueue: true,
    undelivered: async () => undefined,
    receive(options) {
      asked.push(options);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
  const answer = async (...ids: string[]) => {
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    waiting.shift()?.(ids.map(record));
  };
  return { queue, asked, answer };
}

/** A poller whose dispatcher acknowledges or returns a message when the test says so. */
function pollerUnderTest(queues: readonly QueueConsumer[], concurrency: number) {
  const transport = createRecordedTransport();
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const running = new Map<string, (disposition: 'acknowledged' | 'returned') => void>();
  const events: SQSEvent[] = [];
  const faults: { ongoing: OngoingOutage | undefined } = { ongoing: undefined };
  const restsMs: number[] = [];
  const poller = startPoller({
    queues,
    transport,
    concurrency,
    lease,
    faults,
    system: { ...nodeSystem, sleep: async (ms) => restsMs.push(ms) > 0 },
    log: { debug: note, info: note, warn: note, error: note },
    dispatch: (event) => {
      events.push(event);
      const itemIdentifier = event.Records[0]!.messageId;
      return new Promise<SQSBatchResponse>((resolve) => {
        running.set(itemIdentifier, (disposition) => {
          running.delete(itemIdentifier);
          resolve({ batchItemFailures: disposition === 'acknowledged' ? [] : [{ itemIdentifier }] });
        });
      });
    },
  });
  return { poller, transport, running, events, lines, faults, restsMs };
}

const handles = (receipts: readonly { readonly receiptHandle: string }[]) => receipts.map((one) => one.receiptHandle);

test('each message is dispatched by itself, and deleted as soon as its task has ended, independently of the others', async () => {
  const { queue, answer } = queueUnderTest('q');
  const { poller, transport, running, events } = pollerUnderTest([queue], 3);
  await answer('a', 'b', 'c');
  await expect.poll(() => [...running.keys()]).toEqual(['a', 'b', 'c']);
  expect(events.every(({ Records }) => Records.length === 1)).toBe(true);
  running.get('b')?.('acknowledged');
  await expect.poll(() => handles(transport.acknowledged)).toEqual(['b']);
  running.get('a')?.('returned');
  running.get('c')?.('acknowledged');
  const drained = poller.drain();
  await answer();
  await drained;
  expect(handles(transport.acknowledged)).toEqual(['b', 'c']);
});

test('a poller requests as many messages as tasks may begin, and no message while none may', async () => {
  const { queue, asked, answer } = queueUnderTest('q');
  const { poller, running } = pollerUnderTest([queue], 2);
  await expect.poll(() => asked).toHaveLength(1);
  expect(asked[0]).toEqual({ maxMessages: 2, visibilityTimeoutSeconds: 61, waitSeconds: 5 });
  await answer('a', 'b');
  await expect.poll(() => running.size).toBe(2);
  expect(asked).toHaveLength(1);
  running.get('a')?.('acknowledged');
  await expect.poll(() => asked).toHaveLength(2);
  expect(asked[1]).toMatchObject({ maxMessages: 1 });
  const drained = poller.drain();
  await answer();
  running.get('b')?.('acknowledged');
  await drained;
});

test('a message that a second queue delivers while no task may begin stays hidden, and is visible again at once when the poller is drained', async () => {
  const [one, other] = [queueUnderTest('one'), queueUnderTest('other')];
  const { poller, transport, running } = pollerUnderTest([one.queue, other.queue], 1);
  await one.answer('a');
  await expect.poll(() => running.size).toBe(1);
  await other.answer('b');
  await expect.poll(() => transport.visibilityChanges.length).toBeGreaterThan(2);
  expect(transport.visibilityChanges[0]).toMatchObject({ receipt: { receiptHandle: 'b' }, seconds: 61 });

  const drained = poller.drain();
  await expect
    .poll(() => transport.visibilityChanges.at(-1))
    .toMatchObject({ receipt: { receiptHandle: 'b' }, seconds: 0 });
  expect([...running.keys()]).toEqual(['a']); // A running task may end.
  running.get('a')?.('acknowledged');
  await drained;
  expect(handles(transport.acknowledged)).toEqual(['a']);
});

test('a message that waits runs when another task has ended', async () => {
  const [one, other] = [queueUnderTest('one'), queueUnderTest('other')];
  const { poller, running } = pollerUnderTest([one.queue, other.queue], 1);
  await one.answer('a');
  await expect.poll(() => running.size).toBe(1);
  await other.answer('b');
  running.get('a')?.('acknowledged');
  await expect.poll(() => [...running.keys()]).toEqual(['b']);
  const drained = poller.drain();
  running.get('b')?.('acknowledged');
  await drained;
});

test('messages of a request that was under way when the poller was drained are visible again at once', async () => {
  const { queue, asked, answer } = queueUnderTest('q');
  const { poller, transport, running } = pollerUnderTest([queue], 1);
  await expect.poll(() => asked).toHaveLength(1);
  const drained = poller.drain();
  await answer('late');
  await drained;
  expect(running.size).toBe(0);
  expect(transport.visibilityChanges).toEqual([
    { receipt: expect.objectContaining({ receiptHandle: 'late' }), seconds: 0 },
  ]);
});

test('a FIFO queue is asked for one message at a time, as the next message of a group must wait for the one before it', async () => {
  const { queue, asked, answer } = queueUnderTest('q.fifo');
  const { poller } = pollerUnderTest([{ ...queue, isFifo: true }], 4);
  await expect.poll(() => asked[0]?.maxMessages).toBe(1);
  const drained = poller.drain();
  await answer();
  await drained;
});

test('while table or queues do not answer, it asks for one message at a time, after random delays that grow up to 10 s', async () => {
  const { queue, asked, answer } = queueUnderTest('q');
  const { poller, faults, restsMs } = pollerUnderTest([queue], 3);
  faults.ongoing = { what: 'x', sinceMs: 0, failures: 1, error: 'x' };
  for (let count = 0; count < 7; count++) await answer();
  await expect.poll(() => asked).toHaveLength(8);
  expect(asked.map(({ maxMessages }) => maxMessages)).toEqual(Array.from({ length: 8 }, () => 1));
  const longest = [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000];
  for (const [index, ms] of longest.entries()) {
    expect(restsMs[index]).toBeLessThanOrEqual(ms);
    expect(restsMs[index]).toBeGreaterThanOrEqual(ms / 2);
  }
  faults.ongoing = undefined;
  await answer();
  await expect.poll(() => asked).toHaveLength(9);
  expect(asked[8]?.maxMessages).toBe(3);
  expect(restsMs).toHaveLength(8);
  const drained = poller.drain();
  await answer();
  await drained;
});
