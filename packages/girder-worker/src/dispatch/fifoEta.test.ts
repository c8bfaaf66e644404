import { expect, test } from 'vitest';
import { app } from '../app.ts';
import type { Task } from '../task/task.ts';
import { maxFifoHiddenSeconds, maxFifoWaitDays } from './eta.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const queue = 'celery.fifo';
const hourMs = 3600_000;

function fifoStack() {
  let runs = 0;
  const good = app.task({ name: 'p.good' }, () => 'ran');
  const again = app.task({ name: 'p.again' }, function (this: Task): string {
    if (runs++ === 0) throw this.retry({ countdown: 30 * 3600 });
    return 'ran again';
  });
  const tasks = { 'p.good': { load: () => good }, 'p.again': { load: () => again } };
  const stack = createVirtualStack({ tasks, queues: { [queue]: { maxReceiveCount: 10 } } });
  const pass = async (hours: number) => {
    for (let hour = 0; hour < hours; hour++) {
      await stack.invoke(queue);
      await stack.system.advance(hourMs);
    }
  };
  const etaIn = (hours: number) => new Date(stack.system.now() + hours * hourMs).toISOString();
  return { ...stack, pass, etaIn };
}

test('a message of a FIFO queue waits for an eta three days ahead, and is hidden for less than the 12 hours that SQS allows', async () => {
  const { send, pass, store, transport, etaIn } = fifoStack();
  await send({ task: 'p.good', id: 'id', eta: etaIn(24 * maxFifoWaitDays) }, queue);
  await pass(24 * maxFifoWaitDays - 1);
  expect(await store.read('id')).toBeUndefined();
  await pass(12);
  expect(await store.read('id')).toMatchObject({ state: 'SUCCESS', result: 'ran' });
  expect(transport.messages('celery-dead-letters.fifo')).toEqual([]);
  const hidden = transport.visibilityChanges.map(({ seconds }) => seconds);
  expect(Math.max(...hidden)).toBe(maxFifoHiddenSeconds);
  expect(maxFifoHiddenSeconds).toBeLessThanOrEqual(12 * 3600 - 90 * 60); // After an invocation of the longest functions.
});

test('a task of a FIFO queue whose eta is further ahead fails at once, with the reason', async () => {
  const { send, invoke, store, transport, etaIn } = fifoStack();
  await send({ task: 'p.good', id: 'id', eta: etaIn(24 * maxFifoWaitDays + 1) }, queue);
  await invoke(queue);
  expect(await store.read('id')).toMatchObject({
    state: 'FAILURE',
    exception: { type: 'ValueError', args: [expect.stringContaining('3 days ahead, the limit of a FIFO queue')] },
  });
  expect(transport.messages(queue)).toEqual([]);
});

test('a retry on a FIFO queue waits for its countdown of 30 hours', async () => {
  const { send, pass, store } = fifoStack();
  await send({ task: 'p.again', id: 'id' }, queue);
  await pass(29);
  expect((await store.read('id'))?.state).toBe('RETRY');
  await pass(14);
  expect(await store.read('id')).toMatchObject({ state: 'SUCCESS', result: 'ran again' });
});
