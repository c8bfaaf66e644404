import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { toOutgoingMessage } from '../canvas/apply/outgoingMessage.ts';
import { taskOf } from '../canvas/signatures/signature.ts';
import type { RetryOptions } from '../task/retry.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

function stackThatRetries(options: RetryOptions = {}) {
  let runs = 0;
  const again = app.task({ name: 'p.again' }, function (this: Task): string {
    if (runs++ === 0) throw this.retry(options);
    return 'done';
  });
  const good = app.task({ name: 'p.good' }, () => 1);
  return createVirtualStack({ tasks: { 'p.again': { load: () => again }, 'p.good': { load: () => good } } });
}

const impossible: readonly (readonly [string, RetryOptions])[] = [
  ['a countdown that is NaN', { countdown: Number.NaN }],
  ['an infinite countdown', { countdown: Number.POSITIVE_INFINITY }],
  ['a countdown beyond the year 275760', { countdown: 1e13 }],
  ['a countdown to the year 12000', { countdown: 3.2e11 }],
  ['a countdown to a time before the year 1', { countdown: -1e11 }],
  ['an eta that is no time', { eta: new Date(Number.NaN) }],
  ['an eta in the year 275760', { eta: new Date(8.64e15) }],
];

test.each(impossible)('a retry with %s fails its task with a ValueError, and sends nothing', async (_, options) => {
  const { send, invoke, store, transport } = stackThatRetries(options);
  await send({ task: 'p.again', id: 'id' });
  await invoke();
  expect(await store.read('id')).toMatchObject({ state: 'FAILURE', exception: { type: 'ValueError' } });
  expect(transport.messages('celery')).toEqual([]);
});

test.each([
  ['a negative countdown', { countdown: -5 }],
  ['an eta in the past', { eta: new Date(0) }],
])('a retry with %s runs again at once', async (_, options) => {
  const { send, invoke, store } = stackThatRetries(options);
  await send({ task: 'p.again', id: 'id' });
  await invoke();
  await invoke();
  expect(await store.read('id')).toMatchObject({ state: 'SUCCESS', result: 'done' });
});

describe('a signature', () => {
  const sender = {
    rootId: null,
    parentId: null,
    replyTo: undefined,
    nowMs: 0,
    newId: () => 'id',
    optionsOf: () => ({}),
  };
  const messageOf = (options: object) => toOutgoingMessage({ ...taskOf('p.good'), options: { ...options } }, sender);

  const malformed: readonly (readonly [string, object])[] = [
    ...impossible,
    ['an eta that is no ISO 8601', { eta: 'tomorrow' }],
    ['a text as countdown', { countdown: 'soon' }],
  ];
  test.each(malformed)('with %s is refused when it is sent', (_, options) => {
    expect(() => messageOf(options)).toThrow(expect.objectContaining({ code: 'OPTION_MALFORMED' }));
  });

  test('that follows a task, and whose time does not exist, fails that task', async () => {
    const { send, invoke, store, transport } = stackThatRetries();
    const next = { ...taskOf('p.good'), options: { countdown: 1e13 } };
    await send({ task: 'p.good', id: 'id', embed: { callbacks: [next], errbacks: [], chain: [], chord: null } });
    await invoke();
    expect((await store.read('id'))?.state).toBe('FAILURE');
    expect(transport.messages('celery')).toEqual([]);
  });

  test('with a negative countdown is due at once', () => {
    expect(messageOf({ countdown: -5 }).eta).toBe('1969-12-31T23:59:55.000000+00:00');
  });
});

test.each(['+275760-09-13T00:00:00+00:00', 'NaN', '2026-13-01T00:00:00'])(
  'a message with the eta %s becomes a dead letter, and its task a FAILURE',
  async (eta) => {
    const { send, invoke, store, transport } = stackThatRetries();
    await send({ task: 'p.good', id: 'id', eta });
    await invoke();
    expect((await store.read('id'))?.state).toBe('FAILURE');
    expect(transport.deadLetters).toHaveLength(1);
  },
);
