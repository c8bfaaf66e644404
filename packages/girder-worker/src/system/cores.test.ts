import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { availableCores } from './cores.ts';

test('a function has a core for each 1769 MB of memory, and no more cores than the machine', () => {
  expect(availableCores(884.5)).toBe(0.5);
  expect(availableCores(1769 * 1000)).toBe(availableParallelism());
  expect(availableCores()).toBe(availableParallelism());
});
