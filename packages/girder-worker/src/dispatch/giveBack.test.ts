import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { Reject } from '../task/errors.ts';
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
