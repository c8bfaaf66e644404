import { describe, expect, test } from 'vitest';
import { DateTime, Decimal, OpaqueObject, PlainDate, PlainTime, Uuid } from '../values.ts';
import { saferepr, safereprOfArgs } from './saferepr.ts';

// The expected texts are the output of celery.utils.saferepr of Celery 5.7.0.

test('safereprOfArgs shows arguments as a tuple', () => {
  expect(safereprOfArgs([])).toBe('()');
  expect(safereprOfArgs(['a'])).toBe("('a',)");
  expect(safereprOfArgs([1, 'two', [3, { x: null }]])).toBe("(1, 'two', [3, {'x': None}])");
});

test.each<[unknown, string]>([
  [undefined, 'None'],
  [true, 'True'],
  [2n ** 70n, '1180591620717411303424'],
  [1e22, '1e+22'],
  [1.5e-7, '1.5e-07'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [123456789.125, '123456789.125'],
  [-0, '-0.0'],
  [Number.NaN, 'nan'],
  [-Infinity, '-inf'],
  ["it's", "'it\\'s'"],
  ['\n', "'\n'"],
  [Buffer.from('é'), "b'é'"],
  [Buffer.from([255, 0]), "b'ff00'"],
  [new DateTime('2024-01-02T03:04:05.678901'), 'datetime.datetime(2024, 1, 2, 3, 4, 5, 678901)'],
  [new DateTime('2024-01-02T03:04:00'), 'datetime.datetime(2024, 1, 2, 3, 4)'],
  [new DateTime('2024-01-02T03:04:05+00:00'), 'datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)'],
  [
    new DateTime('2024-01-02T03:04:05-05:00'),
    'datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=68400)))',
  ],
  [new Date(Date.UTC(2024, 0, 2)), 'datetime.datetime(2024, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)'],
  [new PlainDate('2024-01-02'), 'datetime.date(2024, 1, 2)'],
  [new PlainTime('03:04:05'), 'datetime.time(3, 4, 5)'],
  [new Decimal('1.50'), "Decimal('1.50')"],
  [new Uuid('12345678123456781234567812345678'), "UUID('12345678-1234-5678-1234-567812345678')"],
])('saferepr shows %o as %s', (value, expected) => {
  expect(saferepr(value)).toBe(expected);
});

describe('saferepr', () => {
  test('replaces what is nested deeper than three levels by "..."', () => {
    expect(saferepr([[[[1]]], [[{ a: 1 }]]])).toBe('[[[[...]]], [[{...}]]]');
  });

  test('truncates a string at a space near 1024 characters', () => {
    expect(saferepr('x'.repeat(2000))).toBe(`'${'x'.repeat(1024)}...'`);
    expect(saferepr('word '.repeat(400))).toBe(`'${'word '.repeat(204).trimEnd()}...'`);
    expect(saferepr('🐎'.repeat(2000))).toBe(`'${'🐎'.repeat(1024)}...'`);
  });

  test('closes the open brackets after the truncation', () => {
    const text = saferepr([{ a: 'x'.repeat(1020) }, [1, 2], 3]);
    expect(text).toBe(`[{'a': '${'x'.repeat(1017)}...'}, ...]`);
    expect(saferepr(Array.from({ length: 5000 }, (_, index) => index)).length).toBeLessThan(1050);
  });
});

test('saferepr shows an object of a Python class by the name of the class', () => {
  expect(saferepr([new OpaqueObject('pkg.mod.Class', {}, {})])).toBe('[<pkg.mod.Class object>]');
});

test('saferepr shows a Map, which JSON does not have, as an empty dict', () => {
  expect(saferepr([new Map([[1, 2]])])).toBe('[{}]');
});
