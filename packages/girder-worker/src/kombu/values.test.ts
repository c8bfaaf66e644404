import { describe, expect, test } from 'vitest';
import { parsePythonJson, stringifyPythonJson } from './json/pythonJson.ts';
import { DateTime, Decimal, isObject, kombuTag, OpaqueObject, PlainDate, PlainTime, Uuid } from './values.ts';

describe('a DateTime', () => {
  test('is a Date, and in UTC if it has no offset', () => {
    expect(new DateTime('2024-01-02T03:04:05.678901+02:00').getTime()).toBe(Date.UTC(2024, 0, 2, 1, 4, 5, 678));
    expect(new DateTime('2024-01-02T03:04:05').getTime()).toBe(Date.UTC(2024, 0, 2, 3, 4, 5));
    expect(new DateTime('0099-12-31T00:00:00').toISOString()).toBe('0099-12-31T00:00:00.000Z');
    expect(new DateTime('2024-01-02T03:04:05')).toBeInstanceOf(Date);
  });

  test('returns its text unchanged, including microseconds and offset', () => {
    for (const text of ['2024-01-02T03:04:05.678901+02:00', '2024-01-02T03:04:05', '2024-01-02 03:04Z']) {
      expect(new DateTime(text).isoformat()).toBe(text);
    }
  });

  test('returns the new time after a change, and stays naive or aware', () => {
    const aware = new DateTime('2024-01-02T03:04:05.678901+02:00');
    aware.setUTCFullYear(2025);
    expect(aware.isoformat()).toBe('2025-01-02T01:04:05.678000+00:00');
    const naive = new DateTime('2024-01-02T03:04:05');
    naive.setUTCHours(4);
    expect(naive.isoformat()).toBe('2024-01-02T04:04:05');
    expect([aware.isNaive, naive.isNaive]).toEqual([false, true]);
  });

  test('is written with any offset that Python has, and at the first and last year of its calendar', () => {
    for (const text of [
      '9999-12-31T23:59:59.999999-12:00',
      '0001-01-01T00:00:00+14:00',
      '2024-01-02T03:04:05+01:02:03.5',
    ]) {
      expect(stringifyPythonJson(new DateTime(text))).toBe(`{"__type__": "datetime", "__value__": "${text}"}`);
    }
  });

  test.each(['', 'x', '2024', '2024-13-01', '2023-02-29', '2024-01-02T24:00:00', '2024-01-02T03:04:60', '0000-01-01'])(
    'throws a RangeError for "%s"',
    (text) => {
      expect(() => new DateTime(text)).toThrow(RangeError);
    },
  );
});

test('the other types keep their text, and throw a RangeError for an invalid one', () => {
  expect(String(new PlainDate('2024-02-29'))).toBe('2024-02-29');
  expect(String(new PlainTime('03:04:05.000001+02:00'))).toBe('03:04:05.000001+02:00');
  expect(JSON.stringify([new Decimal('1.50'), new Decimal('-sNaN12')])).toBe('["1.50","-sNaN12"]');
  expect(String(new Uuid('{12345678-1234-5678-1234-567812345ABC}'))).toBe('12345678-1234-5678-1234-567812345abc');
  expect(() => new PlainDate('2023-02-29')).toThrow(RangeError);
  expect(() => new PlainDate('2024-02-01T00:00')).toThrow(RangeError);
  expect(() => new PlainTime('3 o’clock')).toThrow(RangeError);
  expect(() => new Decimal('1.5.0')).toThrow(RangeError);
  expect(() => new Uuid('12345678')).toThrow(RangeError);
});

test('Decimal rejects 500,000 digits and a letter without backtracking', () => {
  expect(() => new Decimal(`${'1'.repeat(500_000)}x`)).toThrow(RangeError);
});

test('a value of another copy of this library is written like a value of this copy', () => {
  const foreign = { [Symbol.for('girder-worker.kombuTag')]: () => ({ type: 'decimal', value: '1.50' }) };
  expect(stringifyPythonJson(foreign)).toBe(stringifyPythonJson(new Decimal('1.50')));
  expect(Symbol.keyFor(kombuTag)).toBe('girder-worker.kombuTag');
});

test('isObject is true for dicts, and false for all other values', () => {
  expect([{}, Object.create(null), parsePythonJson('{"__proto__": []}')].every(isObject)).toBe(true);
  const others = [null, undefined, [], 'x', 1, Buffer.alloc(0), new Decimal('1'), new DateTime('2024-01-01')];
  expect(others.some(isObject)).toBe(false);
});

test('an opaque object is written as jsonpickle wrote it', () => {
  const pickled = { 'py/object': 'a.B', pair: { 'py/tuple': [1, 2] } };
  expect(stringifyPythonJson(new OpaqueObject('a.B', { pair: [1, 2] }, pickled))).toBe(
    '{"py/object": "a.B", "pair": {"py/tuple": [1, 2]}}',
  );
});
