import { expect, test } from 'vitest';
import { reduce } from './reduce.ts';

const letters = [...'abcdefghijklmnop'];

test('of a list, those elements remain without which it does not hold, in their order', async () => {
  const needed = ['c', 'd', 'n'];
  let calls = 0;
  const kept = await reduce(letters, async (part) => {
    calls += 1;
    return needed.every((letter) => part.includes(letter));
  });
  expect(kept).toEqual(needed);
  expect(calls).toBeLessThan(50);
});

test('if nothing is needed, nothing remains', async () => {
  expect(await reduce(letters, async () => true)).toEqual([]);
});

test('if each element is needed, all remain', async () => {
  expect(await reduce(letters, async (part) => part.length === letters.length)).toEqual(letters);
});
