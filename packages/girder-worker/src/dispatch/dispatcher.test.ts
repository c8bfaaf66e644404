import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../execution/protocol.ts';
import { encode } from '../message/encode.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Registry } from '../registry/registry.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import { createDispatcher, type DispatcherOptions } from './dispatcher.ts';

const success: Outcome = { state: 'SUCCESS', resultJson: '3' };
const failure: Outcome = {
  state: 'FAILURE',
  failure: { type: 'ValueError', module: 'builtins', argsJson: '["boom"]', traceback: null },
};
const resultWith = (outcome: Outcome): RunResult => ({ outcome, childrenJson: '[]' });
const controls = { cancel: () => undefined, terminate: () => undefined };

/** The outcomes of the tasks that do not succeed, by task name. */
const outcomes: Record<string, Outcome> = {
  'p.bad': failure,
  'p.retries': { state: 'RETRY', etaMs: Date.now() + 5000, failure: null, traceback: null },
  'p.ignores': { state: 'IGNORED' },
  'p.rejects': { state: 'REJECTED', requeue: false, failure: failureOf('Reject', ['no', false]) },
  'p.requeues': { state: 'REJECTED', requeue: true, failure: failureOf('Reject', ['no', true]) },
  'p.late': { state: 'RETURNED', why: 'no time' },
};

const entry = { plugin: 'p@1', options: {}, parameters: { positional: [] }, load: async () => undefined };
const registry: Registry = {
  settings: {},
  tasks: {
    ...Object.fromEntries(Object.keys(outcomes).map((name) => [name, entry])),
    'p.good': entry,
    'p.quiet': { ...entry, options: { ignoreResult: true } },
  },
};
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:celery';

/** A dispatcher whose tasks end with the outcomes of their names, or succeed. */
function dispatcherUnderTest(changes: Partial<DispatcherOptions> = {}) {
  const store = createMemoryStore();
  const transport = createRecordedTransport();
  const ran: string[] = [];
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const dispatch = createDispatcher({
    registry,
    pool: {
      run(body) {
        ran.push(body);
        return { ended: Promise.resolve(resultWith(outcomes[taskIn(body)] ?? success)), ...controls };
      },
    },
    solo: { run: () => expect.fail('no task here is solo') },
    store,
    transport,
    log: { debug: note, info: note, warn: note, error: note },
    worker: { pid: 1, hostname: 'here' },
    ...changes,
  });
  const sendTo = (queue: string, ...sent: Sent[]) =>
    dispatch(eventOf(queue, sent), { requestId: `request-${Math.random()}`, deadlineMs: Date.now() + 10_000 });
  const send = (...sent: Sent[]) => sendTo(queueArn, ...sent);
  return { store, transport, ran, lines, send, sendTo };
}

/** A body, or one of a FIFO group. */
type Sent = string | { readonly body: string; readonly group: string | undefined };

function eventOf(queue: string, sent: readonly Sent[]): SQSEvent {
  const records = sent.map((item, index) => ({
    messageId: `m${index}`,
    receiptHandle: `r${index}`,
    body: typeof item === 'string' ? item : item.body,
    attributes: { ApproximateReceiveCount: '1', MessageGroupId: typeof item === 'string' ? undefined : item.group },
    eventSourceARN: queue,
  }));
  return { Records: records as unknown as SQSRecord[] };
}

function message(task: string, id: string): string {
  return encode({ task, id, args: [], kwargs: {} });
}

/** The task of an SQS body, read without the code that is tested here. */
function taskIn(body: string): string {
  return JSON.parse(Buffer.from(body, 'base64').toString()).headers.task;
}

const bad = message('p.bad', 'id-bad');

describe('a batch in which messages end in different ways', () => {
  test('acknowledges the messages whose tasks have ended, returns one that runs in another invocation, and moves one that cannot be decoded to the dead-letter queue', async () => {
    const { store, transport, send } = dispatcherUnderTest();
    const elsewhere = {
      id: 'id-elsewhere',
      owner: 'other',
      leaseEndMs: Date.now() + 60_000,
      epoch: 0,
      ignoreResult: false,
      worker: { pid: 2, hostname: 'there' },
    };
    await store.claim(elsewhere);

    const answer = await send(
      message('p.good', 'id-good'),
      bad,
      'no message at all',
      message('p.unknown', 'id-unknown'),
      message('p.good', 'id-elsewhere'),
    );

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm4' }] });
    expect((await store.read('id-good'))?.state).toBe('SUCCESS');
    expect(await store.read('id-bad')).toMatchObject({ state: 'FAILURE', exception: { type: 'ValueError' } });
    expect(await store.read('id-unknown')).toMatchObject({
      state: 'FAILURE',
      exception: { type: 'NotRegistered', args: ['p.unknown'], module: 'celery.exceptions' },
    });
    expect(transport.deadLetters).toEqual([
      {
        receipt: expect.objectContaining({ queueArn, receiptHandle: 'r2' }),
        body: 'no message at all',
        code: expect.any(String),
        reason: expect.any(String),
      },
    ]);
    expect(transport.visibilityChanges).toEqual([
      { receipt: { queueArn, receiptHandle: 'r4', messageGroupId: undefined }, seconds: expect.any(Number) },
    ]);
    const seconds = transport.visibilityChanges[0]?.seconds ?? 0;
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  test.each(['constructor', '__proto__', 'toString'])('a task named %s is not registered', async (name) => {
    const { store, ran, send } = dispatcherUnderTest();
    await send(message(name, 'odd'));
    expect(ran).toEqual([]);
    expect(await store.read('odd')).toMatchObject({
      state: 'FAILURE',
      exception: { type: 'NotRegistered', args: [name] },
    });
  });
});

describe('a message that is delivered twice', () => {
  test('twice in one batch, runs once', async () => {
    const { ran, send } = dispatcherUnderTest();
    const body = message('p.good', 'twice');
    const { batchItemFailures } = await send(body, body);
    expect(ran).toHaveLength(1);
    expect(batchItemFailures.length).toBeLessThanOrEqual(1);
  });

  test('in two batches runs once, and the second delivery is acknowledged', async () => {
    const { ran, send } = dispatcherUnderTest();
    const body = message('p.good', 'again');
    await send(body);
    expect(await send(body)).toEqual({ batchItemFailures: [] });
    expect(ran).toHaveLength(1);
  });
});

describe('a message is returned to the queue, not lost, after', () => {
  const broken = createMemoryStore();

  test('a claim that cannot be written', async () => {
    const { transport, ran, send } = dispatcherUnderTest({
      store: { ...broken, claim: () => Promise.reject(new Error('no network')) },
    });
    expect(await send(message('p.good', 'x'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(ran).toEqual([]);
    expect(transport.visibilityChanges).toHaveLength(1);
  });

  test('an outcome that cannot be stored', async () => {
    const { send } = dispatcherUnderTest({
      store: { ...broken, complete: () => Promise.reject(new Error('no network')) },
    });
    expect(await send(message('p.good', 'y'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });

  test('a dead letter that cannot be sent', async () => {
    const transport = { ...createRecordedTransport(), deadLetter: () => Promise.reject(new Error('no queue')) };
    const { send } = dispatcherUnderTest({ transport });
    expect(await send('poison')).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });

  test('a claim that cannot be written, even if the visibility timeout cannot be changed either', async () => {
    const transport = { ...createRecordedTransport(), changeVisibility: () => Promise.reject(new Error('no queue')) };
    const { send } = dispatcherUnderTest({
      transport,
      store: { ...broken, claim: () => Promise.reject(new Error('no network')) },
    });
    expect(await send(message('p.good', 'z'), message('p.good', 'w'))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }],
    });
  });
});

test('a task revoked before its message arrives never runs', async () => {
  const { store, ran, send } = dispatcherUnderTest();
  await store.revoke('early', 'revoked');
  expect(await send(message('p.good', 'early'))).toEqual({ batchItemFailures: [] });
  expect(ran).toEqual([]);
  expect((await store.read('early'))?.state).toBe('REVOKED');
});

test('a running task is cancelled when it is revoked, and no other task is', async () => {
  const { promise: canceled, resolve } = Promise.withResolvers<RunResult>();
  const cancelled: string[] = [];
  const runs: string[] = [];
  const { store, send } = dispatcherUnderTest({
    revocationPeriodMs: 5,
    pool: {
      run(body) {
        const id = body === bad ? 'other' : 'mine';
        runs.push(id);
        return {
          ended: id === 'mine' ? canceled : canceled.then(() => resultWith(success)),
          terminate: () => undefined,
          cancel: () => {
            cancelled.push(id);
            resolve(resultWith({ state: 'REVOKED', reason: 'revoked' }));
          },
        };
      },
    },
  });
  const answer = send(message('p.good', 'mine'), bad);
  await expect.poll(() => runs).toEqual(['mine', 'other']);
  await store.revoke('mine', 'revoked');
  await answer;
  expect(cancelled).toEqual(['mine']);
  expect((await store.read('mine'))?.state).toBe('REVOKED');
});

test('a task whose worker died on each of maxDeliveries attempts fails with WorkerLostError and does not run again', async () => {
  const clock = { now: Date.now() };
  const store = createMemoryStore({ system: { now: () => clock.now } });
  const { ran, send } = dispatcherUnderTest({
    store,
    maxDeliveries: 2,
    system: { ...nodeSystem, now: () => clock.now },
  });
  for (const owner of ['first', 'second']) {
    await store.claim({
      id: 'killer',
      owner,
      leaseEndMs: clock.now,
      epoch: 0,
      ignoreResult: false,
      worker: { pid: 1, hostname: 'x' },
    });
    clock.now += 1;
  }
  await send(message('p.good', 'killer'));
  expect(ran).toEqual([]);
  expect(await store.read('killer')).toMatchObject({ state: 'FAILURE', exception: { type: 'WorkerLostError' } });
});

test('a task with ignoreResult stores no result, unless its sender asks for it', async () => {
  const { store, ran, send } = dispatcherUnderTest();
  await send(encode({ task: 'p.quiet', id: 'wanted', ignoreResult: false }));
  expect((await store.read('wanted'))?.state).toBe('SUCCESS');
  ran.length = 0;
  await send(encode({ task: 'p.quiet', id: 'quiet', ignoreResult: null }));
  expect(ran).toHaveLength(1);
  expect(await store.read('quiet')).toMatchObject({ state: 'PENDING', result: null });
});

test('the life of a task is logged in the lines of a Celery worker', async () => {
  const { lines, send } = dispatcherUnderTest();
  await send(message('p.good', 'id-1'));
  expect(lines[0]).toBe('Task p.good[id-1] received');
  expect(lines[1]).toMatch(/^Task p\.good\[id-1\] succeeded in [\d.]+s: 3$/);
});

describe('a message whose eta has not come', () => {
  const eta = (ms: number) => new Date(Date.now() + ms).toISOString();

  test('is sent again with a delay until then, and acknowledged', async () => {
    const { transport, ran, store, send } = dispatcherUnderTest();
    const body = encode({ task: 'p.good', id: 'later', eta: eta(100_000) });
    expect(await send(body)).toEqual({ batchItemFailures: [] });
    expect(transport.resent).toEqual([
      { receipt: expect.anything(), body, delay: { delaySeconds: expect.any(Number) } },
    ]);
    expect(transport.resent[0]?.delay.delaySeconds).toBeGreaterThan(98);
    expect(ran).toEqual([]);
    expect(await store.read('later')).toBeUndefined();
  });

  test('on a FIFO queue, which has no delays of single messages, stays hidden in its place until then', async () => {
    const { transport, ran, sendTo } = dispatcherUnderTest();
    const body = encode({ task: 'p.good', id: 'later', eta: eta(100_000) });
    expect(await sendTo(`${queueArn}.fifo`, body)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(transport.visibilityChanges).toEqual([{ receipt: expect.anything(), seconds: 100 }]);
    expect(ran).toEqual([]);
  });

  test('runs at its eta', async () => {
    const { ran, send } = dispatcherUnderTest();
    await send(encode({ task: 'p.good', id: 'now', eta: eta(-1) }));
    expect(ran).toHaveLength(1);
  });
});

test('a message that has expired is REVOKED as "expired", and does not run', async () => {
  const { ran, store, send } = dispatcherUnderTest();
  await send(encode({ task: 'p.good', id: 'old', expires: '2020-01-01T00:00:00', eta: '2999-01-01T00:00:00' }));
  expect(ran).toEqual([]);
  expect(await store.read('old')).toMatchObject({ state: 'REVOKED', exception: { args: ['expired'] } });
});

describe('a task that ends in a way of its own', () => {
  test('retry: the message is sent again with an eta, and a duplicate of the old message does not run', async () => {
    const { store, transport, ran, send } = dispatcherUnderTest();
    const body = message('p.retries', 'r1');
    expect(await send(body)).toEqual({ batchItemFailures: [] });
    expect((await store.read('r1'))?.state).toBe('RETRY');
    const [again] = transport.resent;
    const { headers } = JSON.parse(Buffer.from(again?.body ?? '', 'base64').toString());
    expect(headers).toMatchObject({ id: 'r1', retries: 1, parent_id: 'r1', eta: expect.stringMatching(/\+00:00$/) });
    expect(again?.delay.delaySeconds).toBeGreaterThan(3);

    expect(await send(body)).toEqual({ batchItemFailures: [] });
    expect(ran).toHaveLength(1);
  });

  test('retry: a duplicate of the old message sends the retry again, as it may not have been sent', async () => {
    const { transport, send } = dispatcherUnderTest();
    const body = message('p.retries', 'r2');
    await send(body);
    const [first] = transport.resent.splice(0);
    await send(body);
    const eta = (sent = '') => JSON.parse(Buffer.from(sent, 'base64').toString()).headers.eta;
    expect(eta(transport.resent[0]?.body)).toBe(eta(first?.body));
  });

  test('ignore: a client sees PENDING, and a duplicate of the message does not run', async () => {
    const { store, ran, send } = dispatcherUnderTest();
    await send(message('p.ignores', 'i1'));
    await send(message('p.ignores', 'i1'));
    expect(await store.read('i1')).toMatchObject({ state: 'PENDING', result: null });
    expect(ran).toHaveLength(1);
  });

  test('reject: stores a failure named Reject; with requeue the message is returned and the task runs again', async () => {
    const { store, ran, send } = dispatcherUnderTest();
    await send(message('p.rejects', 'j1'));
    expect(await store.read('j1')).toMatchObject({
      state: 'FAILURE',
      exception: { type: 'Reject', args: ['no', false] },
    });
    const body = message('p.requeues', 'j2');
    expect(await send(body)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await send(body)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(ran).toHaveLength(3);
  });

  test('returned: a message whose task the invocation had no time for is visible again at once', async () => {
    const { transport, send } = dispatcherUnderTest();
    expect(await send(message('p.late', 'l1'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(transport.visibilityChanges).toMatchObject([{ seconds: 0 }]);
  });
});

test('after a message of a FIFO group that is returned, the rest of its group is returned unprocessed, and other groups run', async () => {
  const { ran, sendTo } = dispatcherUnderTest();
  const fifo = `${queueArn}.fifo`;
  const bodies = ['p.good', 'p.late', 'p.good', 'p.good'].map((task, index) => message(task, `f${index}`));
  const groups = ['a', 'a', 'a', 'b'];
  const answer = await sendTo(fifo, ...bodies.map((body, index) => ({ body, group: groups[index] })));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }] });
  expect(new Set(ran.map((body) => JSON.parse(Buffer.from(body, 'base64').toString()).headers.id))).toEqual(
    new Set(['f0', 'f1', 'f3']),
  );
});
