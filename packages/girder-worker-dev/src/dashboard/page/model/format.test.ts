import { expect, test } from 'vitest';
import {
  formatAbsolute,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatRelative,
  formatShare,
  lastName,
  plural,
  shortId,
} from './format.ts';

/** The texts with plain spaces, which can be told apart here. */
const plain = (text: string) => text.replaceAll('\u202f', ' ');

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1 000'],
  [1_234_567, '1 234 567'],
])('formatCount groups the digits of %d', (value, text) => {
  expect(plain(formatCount(value))).toBe(text);
});

test.each([
  [0, '0 ms'],
  [0.4, '0.4 ms'],
  [12, '12 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [1250, '1.25 s'],
  [1000, '1 s'],
  [30_000, '30 s'],
  [12_340, '12.3 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min'],
  [200_000, '3 min 20 s'],
  [3_599_600, '1 h'],
  [18_180_000, '5 h 3 min'],
  [187_200_000, '2 d 4 h'],
  [-1500, '−1.50 s'],
])('formatDuration shows %d ms', (ms, text) => {
  expect(plain(formatDuration(ms))).toBe(text);
});

test.each([
  [0, 0, '–'],
  [0, 10, '0 %'],
  [10, 10, '100 %'],
  [1, 3, '33 %'],
  [1, 30, '3.3 %'],
  [1, 300, '0.33 %'],
  [1, 1_000_000, '< 0.01 %'],
])('formatShare shows %d of %d', (part, whole, text) => {
  expect(plain(formatShare(part, whole))).toBe(text);
});

test.each([
  [0, 'now'],
  [-12_000, '12 s ago'],
  [300_000, 'in 5 min'],
  [-3 * 3_600_000, '3 h ago'],
  [-47 * 3_600_000, '47 h ago'],
  [-50 * 3_600_000, '2 d ago'],
])('formatRelative shows a time %d ms from now', (distance, text) => {
  expect(plain(formatRelative(1e12 + distance, 1e12))).toBe(text);
});

test('formatBytes shows B, kB and MB', () => {
  expect([640, 1200, 12_000, 999_499, 1_234_567].map(formatBytes).map(plain)).toEqual([
    ...['640 B', '1.2 kB', '12 kB', '999 kB', '1.2 MB'],
  ]);
});

test('formatAbsolute and formatClock show the local time', () => {
  const atMs = new Date(2026, 2, 1, 7, 5, 9, 12).getTime();
  expect(formatAbsolute(atMs)).toBe('2026-03-01 07:05:09.012');
  expect([formatClock(atMs, false), formatClock(atMs, true)]).toEqual(['07:05', '03-01 07:05']);
});

test('names and ids are shortened', () => {
  expect([lastName('a.b.add'), lastName('add'), lastName('a.')]).toEqual(['add', 'add', 'a.']);
  expect([shortId('short'), shortId('0123456789abcdef')]).toEqual(['short', '01234567…']);
  expect([plural(1, 'task'), plural(0, 'task')]).toEqual(['1 task', '0 tasks']);
});
