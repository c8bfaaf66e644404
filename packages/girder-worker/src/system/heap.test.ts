import { expect, test } from 'vitest';
import { Heap } from './heap.ts';
import { seededRandom } from './seededRandom.ts';

test('items leave a heap from the smallest to the largest, in whatever order they came', () => {
  const random = seededRandom(1);
  const numbers = Array.from({ length: 500 }, () => Math.floor(random() * 100));
  const heap = new Heap<number>((one, other) => one - other);
  for (const number of numbers) heap.push(number);
  expect(heap.first).toBe(Math.min(...numbers));
  const popped = numbers.map(() => heap.pop());
  expect(popped).toEqual(numbers.toSorted((one, other) => one - other));
  expect([heap.first, heap.pop()]).toEqual([undefined, undefined]);
});
