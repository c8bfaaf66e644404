import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PythonJsonError } from '../errors.ts';
import { DateTime, Decimal, type KombuValue, PlainDate, PlainTime, Uuid } from '../values.ts';
import { JsonReader } from './jsonReader.ts';
import { parsePythonJson, stringifyPythonJson } from './pythonJson.ts';

/** `parsePythonJson` uses `JSON.parse` for most texts. */
function withJsonReader(text: string): KombuValue {
  return new JsonReader(text).read();
}

describe('parsePythonJson', () => {
  test('reads NaN and Infinity as Python writes them', () => {
    expect(parsePythonJson('[NaN, Infinity, -Infinity]')).toEqual([Number.NaN, Infinity, -Infinity]);
  });

  test('reads an integer beyond 2^53 as a bigint with all its digits', () => {
    expect(parsePythonJson('9007199254740991')).toBe(9007199254740991);
    expect(parsePythonJson('9007199254740993')).toBe(9007199254740993n);
    expect(parsePythonJson('{"a": [-1180591620717411303424]}')).toEqual({ a: [-(2n ** 70n)] });
    expect(parsePythonJson('12345678901234567890.0')).toBe(1.2345678901234567e19);
  });

  test('throws a PythonJsonError for an integer with more than 4300 digits, like Python', () => {
    expect(parsePythonJson(`-${'9'.repeat(4300)}`)).toBe(-(10n ** 4300n) + 1n);
    expect(() => parsePythonJson('9'.repeat(4301))).toThrow(PythonJsonError);
  });

  test.each([
    ['{"__type__": "datetime", "__value__": "2024-01-02T03:04:05.678901+02:00"}', DateTime],
    ['{"__type__": "date", "__value__": "2024-01-02"}', PlainDate],
    ['{"__type__": "time", "__value__": "03:04:05.000001"}', PlainTime],
    ['{"__type__": "decimal", "__value__": "1.50"}', Decimal],
    ['{"__type__": "uuid", "__value__": {"hex": "12345678123456781234567812345678"}}', Uuid],
    ['{"__type__": "bytes", "__value__": "\\u00e9"}', Uint8Array],
    ['{"__type__": "base64", "__value__": "/wA="}', Uint8Array],
  ])('reads the tagged value %s, which is written unchanged', (text, type) => {
    const value = parsePythonJson(text);
    expect(value).toBeInstanceOf(type);
    expect(stringifyPythonJson(value)).toBe(text);
  });

  test('recognizes a tag whose name contains escapes, like Python', () => {
    expect(parsePythonJson('{"\\u005f_type__": "decimal", "__value__": "1"}')).toEqual(new Decimal('1'));
  });

  test('reads an object with a third key beside those of a tag as an object', () => {
    const text = '{"__type__": "x", "__value__": 1, "extra": 2}';
    expect(parsePythonJson(text)).toEqual({ __type__: 'x', __value__: 1, extra: 2 });
  });

  test.each([
    '{"__type__": "x", "__value__": 1}',
    '{"__type__": 1, "__value__": 1}',
    '{"__type__": "datetime", "__value__": "yesterday"}',
    '{"__type__": "datetime", "__value__": "2024-02-30T00:00:00"}',
    '{"__type__": "date", "__value__": 20240102}',
    '{"__type__": "time", "__value__": "25:00:00"}',
    '{"__type__": "decimal", "__value__": "one"}',
    '{"__type__": "uuid", "__value__": {"hex": "1"}}',
    '{"__type__": "uuid", "__value__": null}',
  ])('throws a PythonJsonError for the tag %s, like Python', (text) => {
    expect(() => parsePythonJson(text)).toThrow(PythonJsonError);
  });

  test.each(['{"__proto__": {"a": 1}}', '{"constructor": 1}', '{"__proto__": 1, "a": NaN}'])(
    'reads %s to an object with own keys, and changes no prototype',
    (text) => {
      const value = parsePythonJson(text) as object;
      expect(Object.keys(value)).toEqual(Object.keys(JSON.parse(text.replace('NaN', 'null')) as object));
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect('a' in {}).toBe(false);
    },
  );

  test.each(['JSON.parse', 'JsonReader'])('throws an error for more than 1000 levels of nesting, with %s', (reader) => {
    const read = reader === 'JsonReader' ? withJsonReader : parsePythonJson;
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(read(nested(990))).toHaveLength(1);
    expect(() => read(nested(1001))).toThrow('nested deeper');
    expect(() => read(nested(200_000))).toThrow('nested deeper');
    expect(() => read(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)).toThrow('nested deeper');
  });

  test('reads with JsonReader what JSON.parse reads, and rejects what it rejects', () => {
    const texts = fc.oneof(
      fc.json().filter(hasNoLongInteger),
      fc
        .json()
        .filter(hasNoLongInteger)
        .map((text) => text.slice(0, -1)),
      fc.array(fc.constantFrom(...'[]{}",:\\u01e-. \n\0ntrue/'), { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const readers = [withJsonReader, (json: string) => JSON.parse(json) as unknown];
        const [ours, theirs] = readers.map((read) => outcomeOf(() => read(text)));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 2000 },
    );
  });
});

/** JSON.parse would round long integers. */
function hasNoLongInteger(text: string): boolean {
  return !/\d{16}/.test(text);
}

function outcomeOf(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    return { isSyntaxError: error instanceof SyntaxError };
  }
}
