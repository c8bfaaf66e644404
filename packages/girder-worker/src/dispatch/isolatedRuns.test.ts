import type { SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import type { Pool, RunResult } from '../execution/pool.ts';
import { encode } from '../message/encode.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import './continuationPlanner.ts'; // Loaded before the dispatcher loads it: virtual time does not wait until an import has ended.
import { createDispatcher, type DispatcherOptions } from './dispatcher.ts';
import { claimOfAnother, receipt, success } from './fixtures/dispatchOne.ts';

const windowMs = 100_000;

/** A function with a batch of tasks, whose runs the test ends. */
function functionUnderTest(options: Pick<DispatcherOptions, 'lease'> = {}) {
  const system = createVirtualSystem();
  const store = createMemoryStore({ system });
  const transport = createRecordedTransport();
  const running = new Map<string, () => void>();
  const pool: Pick<Pool, 'run'> = {
    run(body, _listener, resolveLimits = () => ({})) {
      resolveLimits();
      const { id } = JSON.parse(Buffer.from(body, 'base64').toString()).headers as { id: string };
      const { promise, resolve } = Promise.withResolvers<RunResult>();
      running.set(id, () => {
        running.delete(id);
        resolve({ outcome: success, childrenJson: '[]' });
      });
      return {
        ended: promise,
        cancel: () => undefined,
        terminate: (outcome) => resolve({ outcome, childrenJson: '[]' }),
      };
    },
  };
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const parameters = { positional: [] };
  const dispatch = createDispatcher({
    registry: { settings: {}, tasks: { 'p.task': { plugin: 'p@1', options: {}, parameters, load: () => undefined } } },
    ...{ pool, solo: pool, store, transport, system },
    log: { debug: note, info: note, warn: note, error: note },
    worker: { pid: 1, hostname: 'here' },
    ...options,
  });
  const recordOf = (id: string, receiveCount: number) =>
    ({
      messageId: `m-${id}`,
      receiptHandle: receipt.receiptHandle,
      body: encode({ task: 'p.task', id, args: [] }),
      attributes: { ApproximateReceiveCount: String(receiveCount) },
      eventSourceARN: receipt.queueArn,
    }) as unknown as SQSRecord;
  return {
    ...{ system, store, transport, running, lines },
    /** The task was claimed, and the function has died since. */
    async attempt(id: string) {
      await store.claim({ ...claimOfAnother(system.now() - 1), id });
    },
    send: (receiveCounts: Readonly<Record<string, number>>) =>
      dispatch(
        { Records: Object.entries(receiveCounts).map(([id, count]) => recordOf(id, count)) },
        {
          requestId: system.randomUUID(),
          deadlineMs: options.lease ? Number.POSITIVE_INFINITY : system.now() + windowMs,
        },
      ),
  };
}

test('tasks whose function has died run one after another, each claimed only when its turn comes', async () => {
  const { system, store, running, attempt, send } = functionUnderTest();
  for (const id of ['a', 'b', 'c']) await attempt(id);
  const answer = send({ a: 2, b: 2, c: 2 });
  const seen: string[][] = [];
  for (let i = 0; i < 3; i++) {
    await system.advance(10);
    seen.push([...running.keys()]);
    if (i === 0) expect(await Promise.all(['a', 'b', 'c'].map((id) => store.attempts(id)))).toEqual([2, 1, 1]);
    for (const end of running.values()) end();
  }
  expect(seen).toEqual([['a'], ['b'], ['c']]);
  await system.advance(10);
  expect(await answer).toEqual({ batchItemFailures: [] });
});

test('such a task waits for the tasks that were not attempted before, which run side by side', async () => {
  const { system, running, attempt, send } = functionUnderTest();
  await attempt('poison');
  const answer = send({ poison: 2, a: 1, b: 1 });
  await system.advance(10);
  expect([...running.keys()]).toEqual(['a', 'b']);
  for (const end of running.values()) end();
  await system.advance(10);
  expect([...running.keys()]).toEqual(['poison']);
  running.get('poison')!();
  await system.advance(10);
  expect(await answer).toEqual({ batchItemFailures: [] });
});

test('messages that SQS delivers again without an attempt of their tasks run side by side', async () => {
  const { system, running, send } = functionUnderTest();
  const answer = send({ a: 7, b: 7 });
  await system.advance(10);
  expect([...running.keys()]).toEqual(['a', 'b']);
  for (const end of running.values()) end();
  await system.advance(10);
  await answer;
});

test('a task that runs for a fifth of the invocation no longer keeps the others waiting', async () => {
  const { system, running, attempt, send } = functionUnderTest();
  for (const id of ['a', 'b']) await attempt(id);
  const answer = send({ a: 2, b: 2 });
  await system.advance(windowMs / 5 - 10);
  expect([...running.keys()]).toEqual(['a']);
  await system.advance(20);
  expect([...running.keys()]).toEqual(['a', 'b']);
  for (const end of running.values()) end();
  await system.advance(10);
  await answer;
});

test('of several tasks whose function has died twice, one runs, and the others return to the queue at once, each for another time', async () => {
  const { system, running, attempt, send } = functionUnderTest();
  for (const id of ['a', 'b', 'c']) {
    await attempt(id);
    await attempt(id);
  }
  const answer = send({ a: 3, b: 3, c: 3 });
  await system.advance(1000);
  expect([...running.keys()]).toEqual(['a']);
  running.get('a')!();
  expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-b' }, { itemIdentifier: 'm-c' }] });
});

test('in a worker with leases, the claim of a task that waited for its turn lasts for a whole lease', async () => {
  const leaseMs = 60_000;
  const { system, store, running, attempt, send } = functionUnderTest({ lease: { leaseMs, periodMs: 20_000 } });
  const other = send({ other: 1 });
  await system.advance(10);
  await attempt('a');
  const answer = send({ a: 2 });
  while (!running.has('a')) await system.advance(100);
  expect(await store.claim({ ...claimOfAnother(system.now() + leaseMs), id: 'a', owner: 'third' })).toMatchObject({
    kind: 'claimedElsewhere',
    untilMs: expect.closeTo(system.now() + leaseMs, -3),
  });
  for (const end of running.values()) end();
  await system.advance(10);
  expect(await Promise.all([other, answer])).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
});

test('in a worker with leases, the message of a task that waits for its turn stays hidden, however long that takes', async () => {
  const lease = { leaseMs: 60_000, periodMs: 20_000 };
  const { system, transport, running, attempt, send } = functionUnderTest({ lease });
  const answers = [send({ other: 1 })];
  await system.advance(10);
  for (const id of ['a', 'b']) {
    await attempt(id);
    answers.push(send({ [id]: 2 }));
  }
  const changes: number[] = [];
  while (!running.has('b')) {
    const before = transport.visibilityChanges.length;
    await system.advance(30_000);
    changes.push(transport.visibilityChanges.length - before);
  }
  expect(changes.length).toBeGreaterThan(2);
  // Of each of the three messages once in 20 seconds, whether its task runs or waits.
  for (const count of changes) expect(count).toBeGreaterThanOrEqual(3);
  for (const end of running.values()) end();
  await system.advance(10);
  expect(await Promise.all(answers)).toEqual(answers.map(() => ({ batchItemFailures: [] })));
});
