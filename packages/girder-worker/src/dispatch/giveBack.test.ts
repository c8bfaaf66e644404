import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { Reject } from '../task/errors.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const maxReceiveCount = 10;

test('a table that is away for a day makes no dead letter of a task, which runs afterwards', async () => {
  let isAway = true;
  const memory = createMemoryStore();
  const store: typeof memory = {
    ...memory,
    claim: (claim) => (isAway ? Promise.reject(new Error('DynamoDB is away')) : memory.claim(claim)),
  };
  const calls: unknown[] = [];
  const task = app.task({ name: 'p.task' }, () => void calls.push('called'));
  const { send, invoke, system, transport } = createVirtualStack({
    tasks: { 'p.task': { load: () => task } },
    queues: { celery: { maxReceiveCount } },
    dispatcher: { store },
  });
  await send({ task: 'p.task', id: 'id' });
  let deliveries = 0;
  for (let minute = 0; minute < 24 * 60; minute++) {
    deliveries += await invoke();
    await system.advance(60_000);
  }
  expect(transport.messages('celery-dead-letters')).toEqual([]);
  expect(transport.messages('celery')).toHaveLength(1);
  expect(deliveries).toBeGreaterThan(maxReceiveCount);
  isAway = false;
  await system.advance(900_000);
  await invoke();
  expect(calls).toEqual(['called']);
});

test('a task may reject its message more often than SQS delivers one', async () => {
  let rejections = 0;
  const task = app.task({ name: 'p.picky' }, () => {
    if (rejections++ < 25) throw new Reject('not here', { requeue: true });
    return 'here';
  });
  const { send, invoke, store, system, transport } = createVirtualStack({
    tasks: { 'p.picky': { load: () => task } },
    queues: { celery: { maxReceiveCount } },
  });
  await send({ task: 'p.picky', id: 'id' });
  for (let round = 0; round < 60; round++) {
    await invoke();
    await system.advance(120_000);
  }
  expect(transport.messages('celery-dead-letters')).toEqual([]);
  expect(await store.read('id')).toMatchObject({ state: 'SUCCESS', result: 'here' });
});

test('the message of a FIFO queue keeps its place: it is not sent again', async () => {
  const task = app.task({ name: 'p.picky' }, () => {
    throw new Reject('not here', { requeue: true });
  });
  const { send, invoke, system, transport } = createVirtualStack({ tasks: { 'p.picky': { load: () => task } } });
  await send({ task: 'p.picky', id: 'id' }, 'ordered.fifo');
  for (let round = 0; round < 8; round++) {
    await invoke('ordered.fifo');
    await system.advance(900_000);
  }
  expect(transport.resent).toEqual([]);
  expect(transport.messages('ordered.fifo')).toMatchObject([{ receiveCount: 8 }]);
});

test('of 30 messages of one FIFO group, of which an invocation has time for one, and of which invocations die, each ends in order', async () => {
  const ended: string[] = [];
  const { system, transport, send, invokeWithin } = createVirtualStack({
    timeoutMs: 60_000,
    tasks: {
      'p.long': {
        load: () =>
          app.task({ name: 'p.long' }, async function (this: Task) {
            await system.sleep(36_000);
            if (!this.canceled) ended.push(this.request.id);
          }),
      },
    },
    queues: { 'ordered.fifo': { maxReceiveCount: 1000 } },
  });
  const ids = Array.from({ length: 30 }, (_, index) => `t${index}`);
  for (const id of ids) await send({ task: 'p.long', id }, 'ordered.fifo');
  let most = 0;
  for (let round = 0; transport.messages('ordered.fifo').length > 0; round++) {
    // The function of every second delivery dies at once.
    if (round % 2 === 1) transport.receive('ordered.fifo', { visibilityTimeoutSeconds: 60 });
    else await invokeWithin(61_000, 'ordered.fifo');
    most = Math.max(most, ...transport.messages('ordered.fifo').map(({ receiveCount }) => receiveCount));
    await system.advance(61_000);
  }
  expect(ended).toEqual(ids);
  expect(most).toBeGreaterThan(maxReceiveCount);
  expect(transport.messages('ordered-dead-letters.fifo')).toEqual([]);
});
