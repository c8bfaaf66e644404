import { expect, test } from 'vitest';
import { isStampMark, stampMark, stampMarksOf } from './stampMarks.ts';

const ids = (stamps: Record<string, unknown>) => stampMarksOf(stamps);

test('a task without stamps has no marks', () => {
  expect(stampMarksOf({})).toEqual([]);
});

test('a task has the marks of each of its stamps, whether given alone or in a list', () => {
  const [first, second] = ['a', 'b'].map((value) => stampMark('trace', value, 'revoked'));
  expect(ids({ trace: 'a' })).toContain(first);
  expect(ids({ trace: ['a', 'b'] })).toEqual(expect.arrayContaining([first, second]));
  expect(ids({ trace: 'a' })).not.toContain(second);
});

test('marks tell apart names, values, and whether tasks are to be terminated', () => {
  const marks = [
    stampMark('trace', 'a', 'revoked'),
    stampMark('trace', 'a', 'terminated'),
    stampMark('trac', 'ea', 'revoked'),
    stampMark('trace', '["a"]', 'revoked'),
  ];
  expect(new Set(marks.map((id) => id)).size).toBe(marks.length);
  expect(stampMarksOf({ trace: 'a' })).toEqual(marks.slice(0, 2));
});

test('a mark is never taken for a task', () => {
  expect(isStampMark(stampMark('trace', 'a', 'terminated'))).toBe(true);
  expect(isStampMark('3ef02b02-a3c9-44cf-bf80-f86458d1cdbf')).toBe(false);
});
