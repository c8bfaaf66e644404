import type { SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { encode } from '../message/encode.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import type { Delivery } from './delivery.ts';
import { createDeliveryFaults } from './deliveryFaults.ts';
import { createDispatcher } from './dispatcher.ts';

const refused = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));

/** A dispatcher whose table, or whose table and queue, can be away. Its tasks are not registered, so that they end at once. */
function dispatcherWithFaults() {
  const system = createVirtualSystem();
  const memory = createMemoryStore({ system });
  const queue = createRecordedTransport();
  const away = { table: false, queue: false };
  const lines: string[] = [];
  const noteAs = (level: string) => (text: string) => void lines.push(`${level}: ${text}`);
  const pool = { run: () => expect.fail('no task runs') };
  const dispatch = createDispatcher({
    ...{ registry: { settings: {}, tasks: {} }, pool, solo: pool, system, worker: { pid: 1, hostname: 'here' } },
    store: { ...memory, claim: (claim) => (away.table ? refused() : memory.claim(claim)) },
    transport: {
      ...queue,
      changeVisibility: (...given) => (away.queue ? refused() : queue.changeVisibility(...given)),
    },
    log: { debug: noteAs('DEBUG'), info: noteAs('INFO'), warn: noteAs('WARNING'), error: noteAs('ERROR') },
  });
  return {
    ...{ system, away, lines, queue },
    /** Delivers a batch of ten messages. Resolves to the number of those that return to the queue. */
    async deliver() {
      const Records = Array.from({ length: 10 }, (_, index) => ({
        ...{
          messageId: `m${index}`,
          receiptHandle: `r${index}`,
          body: encode({ task: 'p.none', id: crypto.randomUUID(), args: [] }),
        },
        ...{
          attributes: { ApproximateReceiveCount: '1' },
          eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:celery',
        },
      })) as unknown as SQSRecord[];
      const invocation = { requestId: crypto.randomUUID(), deadlineMs: system.now() + 60_000 };
      return (await dispatch({ Records }, invocation)).batchItemFailures.length;
    },
    important: () => lines.filter((line) => !/^(DEBUG|INFO)/.test(line) && !line.includes('NotRegistered')),
  };
}

test('that the table is away is one line when it begins, one a minute, and one when it is over, however many messages return', async () => {
  const { deliver, away, important, lines, system } = dispatcherWithFaults();
  away.table = true;
  for (let seconds = 0; seconds < 90; seconds += 10) {
    expect(await deliver()).toBe(10);
    await system.advance(10_000);
  }
  expect(
    lines.filter((line) => /^DEBUG: Message m\d returns to the queue: connect ECONNREFUSED/.test(line)),
  ).toHaveLength(90);
  away.table = false;
  expect(await deliver()).toBe(0);
  expect(await deliver()).toBe(0);
  const what = 'Table or queues do not answer: outcomes wait, and messages return to their queues';
  expect(important()).toEqual([
    `ERROR: ${what}: connect ECONNREFUSED. Retrying...`,
    `ERROR: ${what} since 60 s and 61 failed attempts: connect ECONNREFUSED`,
    'WARNING: Table and queues answer again, after 90 s and 90 failed attempts.',
  ]);
});

test('messages that return because the table is away are delivered again at different times, not all at once', async () => {
  const { deliver, away, queue } = dispatcherWithFaults();
  away.table = true;
  await deliver();
  const delays = queue.visibilityChanges.map(({ seconds }) => seconds);
  expect(delays).toHaveLength(10);
  expect(new Set(delays).size).toBe(10);
  for (const seconds of delays) expect(Math.abs(seconds - 1.5)).toBeLessThanOrEqual(0.5);
});

test('that the queue is away, too, adds no line for each message', async () => {
  const { deliver, away, important } = dispatcherWithFaults();
  away.table = true;
  away.queue = true;
  expect(await deliver()).toBe(10);
  expect(important()).toHaveLength(1);
});

test('messages that are processed beside one whose outcome waits do not end the outage', () => {
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const log = { debug: () => undefined, info: note, warn: note, error: note };
  const faults = createDeliveryFaults({ log, system: createVirtualSystem() });
  const [waiting, other] = [{ messageId: 'waits' }, { messageId: 'other' }] as [Delivery, Delivery];
  expect(faults.failed(waiting, 'What follows it', Object.assign(new Error('read'), { code: 'ECONNRESET' }))).toBe(
    true,
  );
  faults.succeeded(other);
  expect(faults.ongoing).toMatchObject({ failures: 1 });
  faults.succeeded(waiting);
  expect(faults.ongoing).toBeUndefined();
  expect(lines).toHaveLength(2);
});

test('an outage ends although a fault met a copy of a delivery, as the run of an errback has one', () => {
  const ignore = () => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const faults = createDeliveryFaults({ log, system: createVirtualSystem() });
  const delivery = { messageId: 'm' } as Delivery;
  const other = { messageId: 'other' } as Delivery;
  faults.failed(
    { ...delivery },
    'What follows cannot be stored',
    Object.assign(new Error('away'), { code: 'ECONNRESET' }),
  );
  faults.ended(delivery);
  faults.succeeded(other);
  expect(faults.ongoing).toBeUndefined();
});
