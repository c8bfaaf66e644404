import { expect, test } from 'vitest';
import { lastOf, stacked, sumOf } from './stack.ts';

test('each series stands on those before it', () => {
  expect(
    stacked([
      [1, 2],
      [3, null],
      [0, 5],
    ]),
  ).toEqual([
    [1, 2],
    [4, 2],
    [4, 7],
  ]);
  expect(stacked([])).toEqual([]);
});

test('sumOf and lastOf leave out what is not known', () => {
  expect([sumOf([1, null, 2]), sumOf([])]).toEqual([3, 0]);
  expect([lastOf([1, 0, null]), lastOf([null])]).toEqual([0, null]);
});
