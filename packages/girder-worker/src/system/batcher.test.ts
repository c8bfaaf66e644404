import { expect, test } from 'vitest';
import { type BatcherOptions, createBatcher } from './batcher.ts';
import { yieldToEventLoop } from './eventLoop.ts';
import { createVirtualSystem } from './virtualSystem.ts';

/** A batcher whose answer to an item is its double. */
function batcherUnderTest(options: Partial<BatcherOptions<number, number>> = {}) {
  const system = createVirtualSystem();
  const batches: number[][] = [];
  const { add } = createBatcher<number, number>({
    async send(items) {
      batches.push([...items]);
      return items.map((item) => item * 2);
    },
    maxItems: 3,
    system,
    ...options,
  });
  return { add, batches, system };
}

test('items that are added in one turn of the event loop are one batch, and each gets its own answer', async () => {
  const { add, batches } = batcherUnderTest();
  expect(await Promise.all([add(1), add(2)])).toEqual([2, 4]);
  expect(await add(3)).toBe(6);
  expect(batches).toEqual([[1, 2], [3]]);
});

test('a batch has no more items than the limit, and no more bytes', async () => {
  const many = batcherUnderTest();
  await Promise.all([1, 2, 3, 4, 5, 6, 7].map((item) => many.add(item)));
  expect(many.batches).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  const heavy = batcherUnderTest({ maxBytes: 10, bytesOf: (item) => item });
  await Promise.all([6, 4, 1, 50, 2].map((item) => heavy.add(item)));
  expect(heavy.batches).toEqual([[6, 4], [1], [50], [2]]);
});

test('an item that waits is sent with further ones when its time is over, or with the first that does not wait', async () => {
  const { add, batches, system } = batcherUnderTest();
  const first = add(1, 10);
  await system.advance(5);
  const second = add(2, 10);
  await yieldToEventLoop();
  expect(batches).toEqual([]);
  await system.advance(5);
  await Promise.all([first, second]);
  await Promise.all([add(3, 10), add(4)]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('items that wait are sent as soon as they are a full batch', async () => {
  const { add, batches } = batcherUnderTest();
  await Promise.all([add(1, 1000), add(2, 1000), add(3, 1000)]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test('if a batch cannot be sent, each of its items is rejected, and later batches are sent', async () => {
  let sent = 0;
  const { add } = batcherUnderTest({
    async send(items) {
      if (sent++ === 0) throw new Error('no network');
      return items;
    },
  });
  expect(await Promise.allSettled([add(1), add(2)])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  expect(await add(3)).toBe(3);
});
