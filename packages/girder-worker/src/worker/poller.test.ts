import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { createMemoryTransport } from '../transport/memoryTransport.ts';
import type { QueueConsumer, ReceiveOptions } from '../transport/queueConsumer.ts';
import { startPoller } from './poller.ts';

const renewal = { leaseMs: 60_000, periodMs: 5 };
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:celery';

function record(id: string): SQSRecord {
  const message = { messageId: id, receiptHandle: id, body: id, attributes: {}, eventSourceARN: queueArn };
  return message as unknown as SQSRecord;
}

/** A queue whose answers the test gives, one for each time that it is asked. */
function queueUnderTest(name: string) {
  const asked: ReceiveOptions[] = [];
  const waiting: ((records: SQSRecord[]) => void)[] = [];
  const queue: QueueConsumer = {
    name,
    arn: queueArn,
    isFifo: false,
    hasDeadLetterQueue: true,
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

/** An intake of so many slots, whose dispatcher settles or returns a message when the test says so. */
function intakeOf(queues: readonly QueueConsumer[], concurrency: number) {
  const transport = createMemoryTransport();
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const running = new Map<string, (fate: 'settled' | 'returned') => void>();
  const events: SQSEvent[] = [];
  const intake = startPoller({
    queues,
    transport,
    concurrency,
    renewal,
    log: { debug: note, info: note, warn: note, error: note },
    dispatch: (event) => {
      events.push(event);
      const itemIdentifier = event.Records[0]!.messageId;
      return new Promise<SQSBatchResponse>((resolve) => {
        running.set(itemIdentifier, (fate) => {
          running.delete(itemIdentifier);
          resolve({ batchItemFailures: fate === 'settled' ? [] : [{ itemIdentifier }] });
        });
      });
    },
  });
  return { intake, transport, running, events, lines };
}

const handles = (receipts: readonly { readonly receiptHandle: string }[]) => receipts.map((one) => one.receiptHandle);

test('hands over each message by itself, and deletes it as soon as it is settled, whatever becomes of the others', async () => {
  const { queue, answer } = queueUnderTest('q');
  const { intake, transport, running, events } = intakeOf([queue], 3);
  await answer('a', 'b', 'c');
  await expect.poll(() => [...running.keys()]).toEqual(['a', 'b', 'c']);
  expect(events.every(({ Records }) => Records.length === 1)).toBe(true);
  running.get('b')?.('settled');
  await expect.poll(() => handles(transport.acknowledged)).toEqual(['b']);
  running.get('a')?.('returned');
  running.get('c')?.('settled');
  const drained = intake.drain();
  await answer();
  await drained;
  expect(handles(transport.acknowledged)).toEqual(['b', 'c']);
});

test('asks for as many messages as it has slots, and for none while it has no slot', async () => {
  const { queue, asked, answer } = queueUnderTest('q');
  const { intake, running } = intakeOf([queue], 2);
  await expect.poll(() => asked).toHaveLength(1);
  expect(asked[0]).toEqual({ maxMessages: 2, visibilityTimeoutSeconds: 61, waitSeconds: 5 });
  await answer('a', 'b');
  await expect.poll(() => running.size).toBe(2);
  expect(asked).toHaveLength(1);
  running.get('a')?.('settled');
  await expect.poll(() => asked).toHaveLength(2);
  expect(asked[1]).toMatchObject({ maxMessages: 1 });
  const drained = intake.drain();
  await answer();
  running.get('b')?.('settled');
  await drained;
});

test('keeps hidden what another queue has delivered too much, and gives it back at once when it is drained', async () => {
  const [one, other] = [queueUnderTest('one'), queueUnderTest('other')];
  const { intake, transport, running } = intakeOf([one.queue, other.queue], 1);
  await one.answer('a');
  await expect.poll(() => running.size).toBe(1);
  await other.answer('b');
  await expect.poll(() => transport.visibilityChanges.length).toBeGreaterThan(2);
  expect(transport.visibilityChanges[0]).toMatchObject({ receipt: { receiptHandle: 'b' }, seconds: 61 });

  const drained = intake.drain();
  await expect
    .poll(() => transport.visibilityChanges.at(-1))
    .toMatchObject({ receipt: { receiptHandle: 'b' }, seconds: 0 });
  expect([...running.keys()]).toEqual(['a']); // What runs may end.
  running.get('a')?.('settled');
  await drained;
  expect(handles(transport.acknowledged)).toEqual(['a']);
});

test('runs what has waited when a slot is left', async () => {
  const [one, other] = [queueUnderTest('one'), queueUnderTest('other')];
  const { intake, running } = intakeOf([one.queue, other.queue], 1);
  await one.answer('a');
  await expect.poll(() => running.size).toBe(1);
  await other.answer('b');
  running.get('a')?.('settled');
  await expect.poll(() => [...running.keys()]).toEqual(['b']);
  const drained = intake.drain();
  running.get('b')?.('settled');
  await drained;
});

test('gives back at once what a request brings that was under way when it was drained', async () => {
  const { queue, asked, answer } = queueUnderTest('q');
  const { intake, transport, running } = intakeOf([queue], 1);
  await expect.poll(() => asked).toHaveLength(1);
  const drained = intake.drain();
  await answer('late');
  await drained;
  expect(running.size).toBe(0);
  expect(transport.visibilityChanges).toEqual([
    { receipt: expect.objectContaining({ receiptHandle: 'late' }), seconds: 0 },
  ]);
});

test('asks a FIFO queue for one message at a time, as the next of its group has to wait for it', async () => {
  const { queue, asked, answer } = queueUnderTest('q.fifo');
  const { intake } = intakeOf([{ ...queue, isFifo: true }], 4);
  await expect.poll(() => asked[0]?.maxMessages).toBe(1);
  const drained = intake.drain();
  await answer();
  await drained;
});
