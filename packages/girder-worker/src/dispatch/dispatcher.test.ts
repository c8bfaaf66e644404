import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { encode } from '../message/encode.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Registry } from '../registry/registry.ts';
import { createMemoryStore } from '../store/memory.ts';
import { createMemoryTransport } from '../transport/memory.ts';
import { createDispatcher, type Stations } from './dispatcher.ts';

const success: Outcome = { state: 'SUCCESS', resultJson: '3' };
const failure: Outcome = {
  state: 'FAILURE',
  failure: { type: 'ValueError', module: 'builtins', argsJson: '["boom"]', traceback: null },
};
const entry = { plugin: 'p@1', options: {}, parameters: { positional: [] }, load: async () => undefined };
const registry: Registry = {
  settings: {},
  tasks: { 'p.good': entry, 'p.bad': entry, 'p.quiet': { ...entry, options: { ignoreResult: true } } },
};
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:celery';

/** A dispatcher whose tasks come to the outcomes that their names tell. */
function bench(changes: Partial<Stations> = {}) {
  const store = createMemoryStore();
  const transport = createMemoryTransport();
  const ran: string[] = [];
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const dispatch = createDispatcher({
    registry,
    pool: {
      run(body) {
        ran.push(body);
        return { outcome: Promise.resolve(body === bad ? failure : success), cancel: () => undefined };
      },
    },
    store,
    transport,
    log: { debug: note, info: note, warn: note, error: note },
    worker: { pid: 1, hostname: 'here' },
    ...changes,
  });
  const send = (...bodies: string[]) =>
    dispatch(eventOf(bodies), { requestId: `request-${Math.random()}`, deadlineMs: Date.now() + 10_000 });
  return { store, transport, ran, lines, send };
}

function eventOf(bodies: readonly string[]): SQSEvent {
  const records = bodies.map((body, index) => ({
    messageId: `m${index}`,
    receiptHandle: `r${index}`,
    body,
    attributes: { ApproximateReceiveCount: '1' },
    eventSourceARN: queueArn,
  }));
  return { Records: records as unknown as SQSRecord[] };
}

function message(task: string, id: string): string {
  return encode({ task, id, args: [], kwargs: {} });
}

const bad = message('p.bad', 'id-bad');

describe('a batch of messages of every fate', () => {
  test('acknowledges what is settled, returns what runs elsewhere, and buries what nobody can read', async () => {
    const { store, transport, send } = bench();
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
      { body: 'no message at all', code: expect.any(String), reason: expect.any(String), queueArn },
    ]);
    expect(transport.visibilityChanges).toEqual([
      { receipt: { queueArn, receiptHandle: 'r4' }, seconds: expect.any(Number) },
    ]);
    const seconds = transport.visibilityChanges[0]?.seconds ?? 0;
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  test.each(['constructor', '__proto__', 'toString'])('a task named %s is not registered', async (name) => {
    const { store, ran, send } = bench();
    await send(message(name, 'odd'));
    expect(ran).toEqual([]);
    expect(await store.read('odd')).toMatchObject({
      state: 'FAILURE',
      exception: { type: 'NotRegistered', args: [name] },
    });
  });
});

describe('a message that is delivered twice', () => {
  test('at once, in one batch, runs once', async () => {
    const { ran, send } = bench();
    const body = message('p.good', 'twice');
    const { batchItemFailures } = await send(body, body);
    expect(ran).toHaveLength(1);
    expect(batchItemFailures.length).toBeLessThanOrEqual(1);
  });

  test('in sequence runs once, and the second is acknowledged', async () => {
    const { ran, send } = bench();
    const body = message('p.good', 'again');
    await send(body);
    expect(await send(body)).toEqual({ batchItemFailures: [] });
    expect(ran).toHaveLength(1);
  });
});

describe('what is not the task’s fault brings the message back', () => {
  const broken = createMemoryStore();

  test('a store that cannot be reached', async () => {
    const { transport, ran, send } = bench({
      store: { ...broken, claim: () => Promise.reject(new Error('no network')) },
    });
    expect(await send(message('p.good', 'x'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(ran).toEqual([]);
    expect(transport.visibilityChanges).toHaveLength(1);
  });

  test('an outcome that cannot be stored', async () => {
    const { send } = bench({ store: { ...broken, complete: () => Promise.reject(new Error('no network')) } });
    expect(await send(message('p.good', 'y'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });

  test('a dead letter that cannot be sent', async () => {
    const transport = { ...createMemoryTransport(), deadLetter: () => Promise.reject(new Error('no queue')) };
    const { send } = bench({ transport });
    expect(await send('poison')).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });

  test('also when not even its visibility can be changed', async () => {
    const transport = { ...createMemoryTransport(), changeVisibility: () => Promise.reject(new Error('no queue')) };
    const { send } = bench({ transport, store: { ...broken, claim: () => Promise.reject(new Error('no network')) } });
    expect(await send(message('p.good', 'z'), message('p.good', 'w'))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }],
    });
  });
});

test('a task revoked before its message arrives never runs', async () => {
  const { store, ran, send } = bench();
  await store.revoke('early', 'revoked');
  expect(await send(message('p.good', 'early'))).toEqual({ batchItemFailures: [] });
  expect(ran).toEqual([]);
  expect((await store.read('early'))?.state).toBe('REVOKED');
});

test('a running task is told of a revocation, and of nobody else’s', async () => {
  const { promise: canceled, resolve } = Promise.withResolvers<Outcome>();
  const told: string[] = [];
  const runs: string[] = [];
  const { store, send } = bench({
    revocationPeriodMs: 5,
    pool: {
      run(body) {
        const id = body === bad ? 'other' : 'mine';
        runs.push(id);
        return {
          outcome: id === 'mine' ? canceled : canceled.then(() => success),
          cancel: () => {
            told.push(id);
            resolve({ state: 'REVOKED', reason: 'terminated' });
          },
        };
      },
    },
  });
  const answer = send(message('p.good', 'mine'), bad);
  await expect.poll(() => runs).toEqual(['mine', 'other']);
  await store.revoke('mine', 'revoked');
  await answer;
  expect(told).toEqual(['mine']);
  expect((await store.read('mine'))?.state).toBe('REVOKED');
});

test('a task whose worker is gone again and again is given up', async () => {
  const clock = { now: Date.now() };
  const store = createMemoryStore(() => clock.now);
  const { ran, send } = bench({ store, maxDeliveries: 2, clock: () => clock.now });
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

test('a task that ignores its result leaves none', async () => {
  const { store, ran, send } = bench();
  await send(message('p.quiet', 'quiet'));
  expect(ran).toHaveLength(1);
  expect(await store.read('quiet')).toMatchObject({ state: 'PENDING', result: null });
});

test('tells of a task in the lines that Celery’s users know', async () => {
  const { lines, send } = bench();
  await send(message('p.good', 'id-1'));
  expect(lines[0]).toBe('Task p.good[id-1] received');
  expect(lines[1]).toMatch(/^Task p\.good\[id-1\] succeeded in [\d.]+s: 3$/);
});
