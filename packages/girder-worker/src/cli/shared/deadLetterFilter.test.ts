import { describe, expect, test } from 'vitest';
import { type DeadLetterFilter, duration, matchesFilter, nameGlob } from './deadLetterFilter.ts';

const nowMs = Date.UTC(2026, 0, 2);
const letter = {
  ...{ messageId: 'm', body: '', sentMs: nowMs - 3_600_000, code: 'BODY_MALFORMED', reason: 'The body is no JSON.' },
  ...{ task: 'images.tasks.resize', taskId: 'id' },
};
const matches = (filter: DeadLetterFilter, changes: Partial<typeof letter> = {}) =>
  matchesFilter(filter, { ...letter, ...changes }, nowMs);

describe('a filter of dead letters', () => {
  test.each([
    ['images.tasks.resize', true],
    ['images.*', true],
    ['*.resize', true],
    ['images.tasks.resiz?', true],
    ['images', false],
    ['images?tasks.resize', true],
    ['imagesXtasks.resize', false],
    ['(images|x).*', false],
  ])('with --task %s matches images.tasks.resize: %j', (pattern, expected) => {
    expect(matches({ task: nameGlob(pattern) })).toBe(expected);
  });

  test('with a task does not match a letter whose task cannot be read', () => {
    expect(matchesFilter({ task: nameGlob('*') }, { ...letter, task: null }, nowMs)).toBe(false);
  });

  test('compares the code as a whole and the reason in parts, both in any case', () => {
    expect([matches({ code: 'body_malformed' }), matches({ code: 'BODY' })]).toEqual([true, false]);
    expect([matches({ reason: 'NO json' }), matches({ reason: 'yaml' })]).toEqual([true, false]);
  });

  test('takes a letter that SQS has moved itself for one with the code DELIVERED_TOO_OFTEN', () => {
    expect(matchesFilter({ code: 'DELIVERED_TOO_OFTEN' }, { ...letter, code: null, reason: null }, nowMs)).toBe(true);
  });

  test('compares the age, and requires all that it names', () => {
    expect([matches({ olderThan: 3_500_000 }), matches({ olderThan: 3_700_000 })]).toEqual([true, false]);
    expect([matches({ newerThan: 3_700_000 }), matches({ newerThan: 3_500_000 })]).toEqual([true, false]);
    expect(matches({ task: nameGlob('images.*'), code: 'OTHER' })).toBe(false);
  });
});

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
])('the duration %s is %d ms', (text, ms) => {
  expect(duration(text)).toBe(ms);
});

test.each(['', '5', 'h', '-1h', '1w', '1 h'])('"%s" is no duration', (text) => {
  expect(() => duration(text)).toThrow('90s, 15m, 36h or 2d');
});
