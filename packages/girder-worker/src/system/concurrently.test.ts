import { expect, test } from 'vitest';
import { forEachConcurrently } from './concurrently.ts';

test('no more calls than the concurrency are under way, and each item is handled once, in order', async () => {
  let underWay = 0;
  const seen: number[] = [];
  const items = Array.from({ length: 50 }, (_, i) => i);
  await forEachConcurrently(items, 7, async (item) => {
    underWay += 1;
    expect(underWay).toBeLessThanOrEqual(7);
    seen.push(item);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
  });
  expect(seen).toEqual(items);
});

test('after a call that fails no further call begins, and those under way have ended when the error is thrown', async () => {
  const [begun, ended]: number[][] = [[], []];
  const handling = forEachConcurrently([0, 1, 2, 3, 4], 2, async (item) => {
    begun!.push(item);
    if (item === 1) throw new Error('no');
    await new Promise((resolve) => setImmediate(resolve));
    ended!.push(item);
  });
  await expect(handling).rejects.toThrow('no');
  expect([begun, ended]).toEqual([[0, 1], [0]]);
});
