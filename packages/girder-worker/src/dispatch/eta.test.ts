import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { taskOf } from '../canvas/signatures/signature.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import { decode } from '../message/decode.ts';
import { maxWaitSeconds } from '../store/limits.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

function stackUnderTest(listener: TaskEvents = {}) {
  return createVirtualStack({
    dispatcher: { events: [listener] },
    tasks: {
      'p.good': { load: () => app.task({ name: 'p.good' }, () => 1) },
      'p.again': {
        load: () =>
          app.task({ name: 'p.again' }, function (this: Task): void {
            throw this.retry({ countdown: 2 * maxWaitSeconds });
          }),
      },
    },
  });
}

describe('a message whose eta', () => {
  test('has not come is told to listeners with each delivery, until it is received', async () => {
    const told: string[] = [];
    const { send, invoke, system } = stackUnderTest({
      deferred: ({ message }, etaMs) => void told.push(`${message.id} waits until ${new Date(etaMs).toISOString()}`),
      received: ({ message }) => void told.push(`${message.id} is received`),
    });
    const eta = new Date(system.now() + 20 * 60 * 1000).toISOString();
    await send({ task: 'p.good', id: 'id', eta });
    await invoke();
    await system.advance(15 * 60 * 1000);
    await invoke();
    await system.advance(5 * 60 * 1000);
    await invoke();
    expect(told).toEqual([`id waits until ${eta}`, `id waits until ${eta}`, 'id is received']);
  });

  test('has not come waits, also if a listener fails', async () => {
    const { send, invoke, system, transport } = stackUnderTest({ deferred: () => Promise.reject(new Error('no')) });
    await send({ task: 'p.good', id: 'id', eta: new Date(system.now() + 60_000).toISOString() });
    await invoke();
    expect(transport.messages('celery')).toHaveLength(1);
  });

  test('is 366 days ahead waits', async () => {
    const { send, invoke, system, store, transport } = stackUnderTest();
    await send({ task: 'p.good', id: 'id', eta: new Date(system.now() + maxWaitSeconds * 1000).toISOString() });
    await invoke();
    expect(await store.read('id')).toBeUndefined();
    expect(transport.messages('celery')).toHaveLength(1);
  });

  test.each([
    ['is a second later than in 366 days', () => maxWaitSeconds + 1],
    ['is in the year 9999', (nowMs: number) => Date.UTC(9999, 11, 31) / 1000 - nowMs / 1000],
  ])('%s fails its task at once, with a reason, and its errback is sent', async (_, secondsAhead) => {
    const { send, invoke, system, store, transport } = stackUnderTest();
    const eta = new Date(system.now() + secondsAhead(system.now()) * 1000).toISOString();
    const embed = { callbacks: [], errbacks: [taskOf('p.errback')], chain: [], chord: null };
    await send({ task: 'p.good', id: 'id', eta, embed });
    await invoke();
    expect(await store.read('id')).toMatchObject({
      state: 'FAILURE',
      exception: { type: 'ValueError', args: [expect.stringContaining(`The eta ${eta} is more than 366 days ahead`)] },
    });
    const left = await Promise.all(transport.messages('celery').map(async ({ body }) => (await decode(body)).task));
    expect(left).toEqual(['p.errback']);
  });
});

test('a task that retries later than in 366 days has failed when its retry is delivered', async () => {
  const { send, invoke, system, store, transport } = stackUnderTest();
  await send({ task: 'p.again', id: 'id' });
  await invoke();
  await system.advance(15 * 60 * 1000);
  await invoke();
  expect(await store.read('id')).toMatchObject({ state: 'FAILURE', exception: { type: 'ValueError' } });
  expect(transport.messages('celery')).toEqual([]);
});
