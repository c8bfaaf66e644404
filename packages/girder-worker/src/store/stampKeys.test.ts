import { expect, test } from 'vitest';
import { isStampRevocationKey, stampRevocationKey, stampRevocationKeysOf } from './stampKeys.ts';

const ids = (stamps: Record<string, unknown>) => stampRevocationKeysOf(stamps);

test('a task without stamps has no marks', () => {
  expect(stampRevocationKeysOf({})).toEqual([]);
});

test('a task has the marks of each of its stamps, whether given alone or in a list', () => {
  const [first, second] = ['a', 'b'].map((value) => stampRevocationKey('trace', value, 'revoked'));
  expect(ids({ trace: 'a' })).toContain(first);
  expect(ids({ trace: ['a', 'b'] })).toEqual(expect.arrayContaining([first, second]));
  expect(ids({ trace: 'a' })).not.toContain(second);
});

test('marks tell apart names, values, and whether tasks are to be terminated', () => {
  const marks = [
    stampRevocationKey('trace', 'a', 'revoked'),
    stampRevocationKey('trace', 'a', 'terminated'),
    stampRevocationKey('trac', 'ea', 'revoked'),
    stampRevocationKey('trace', '["a"]', 'revoked'),
  ];
  expect(new Set(marks.map((id) => id)).size).toBe(marks.length);
  expect(stampRevocationKeysOf({ trace: 'a' })).toEqual(marks.slice(0, 2));
});

test('a mark is never taken for a task', () => {
  expect(isStampRevocationKey(stampRevocationKey('trace', 'a', 'terminated'))).toBe(true);
  expect(isStampRevocationKey('3ef02b02-a3c9-44cf-bf80-f86458d1cdbf')).toBe(false);
});
