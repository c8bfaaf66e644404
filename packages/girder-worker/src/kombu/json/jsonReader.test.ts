import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PythonJsonError } from '../errors.ts';
import { DateTime, Decimal, type KombuValue, PlainDate, PlainTime, Uuid } from '../values.ts';
import { JsonReader } from './jsonReader.ts';
import { parsePythonJson, stringifyPythonJson } from './pythonJson.ts';

/** `parsePythonJson` leaves most texts to `JSON.parse`. */
function withOurReader(text: string): KombuValue {
  return new JsonReader(text).read();
}

describe('parsePythonJson', () => {
  test("has Python's words for floats that JSON does not know", () => {
    expect(parsePythonJson('[NaN, Infinity, -Infinity]')).toEqual([Number.NaN, Infinity, -Infinity]);
  });

  test('has all digits of an integer that a number would round', () => {
    expect(parsePythonJson('9007199254740991')).toBe(9007199254740991);
    expect(parsePythonJson('9007199254740993')).toBe(9007199254740993n);
    expect(parsePythonJson('{"a": [-1180591620717411303424]}')).toEqual({ a: [-(2n ** 70n)] });
    expect(parsePythonJson('12345678901234567890.0')).toBe(1.2345678901234567e19);
  });

  test('refuses an integer with more digits than Python reads', () => {
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
  ])('makes a value of the tag %s, which is written as it was', (text, type) => {
    const value = parsePythonJson(text);
    expect(value).toBeInstanceOf(type);
    expect(stringifyPythonJson(value)).toBe(text);
  });

  test('takes a tag for one even if its name is spelt with escapes, as Python does', () => {
    expect(parsePythonJson('{"\\u005f_type__": "decimal", "__value__": "1"}')).toEqual(new Decimal('1'));
  });

  test('takes an object with a third key for an object', () => {
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
  ])('refuses the tag %s, as Python does', (text) => {
    expect(() => parsePythonJson(text)).toThrow(PythonJsonError);
  });

  test.each(['{"__proto__": {"a": 1}}', '{"constructor": 1}', '{"__proto__": 1, "a": NaN}'])(
    'has own keys in %s, and prototypes as ever',
    (text) => {
      const value = parsePythonJson(text) as object;
      expect(Object.keys(value)).toEqual(Object.keys(JSON.parse(text.replace('NaN', 'null')) as object));
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect('a' in {}).toBe(false);
    },
  );

  test.each(['JSON.parse', 'our reader'])('refuses what is nested deeper than Python reads, with %s', (reader) => {
    const read = reader === 'our reader' ? withOurReader : parsePythonJson;
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(read(nested(990))).toHaveLength(1);
    expect(() => read(nested(1001))).toThrow('nested deeper');
    expect(() => read(nested(200_000))).toThrow('nested deeper');
    expect(() => read(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)).toThrow('nested deeper');
  });

  test('reads with our reader what JSON.parse reads, and refuses what it refuses', () => {
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
        const readers = [withOurReader, (json: string) => JSON.parse(json) as unknown];
        const [ours, theirs] = readers.map((read) => outcomeOf(() => read(text)));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Long integers are what JSON.parse would round. */
function hasNoLongInteger(text: string): boolean {
  return !/\d{16}/.test(text);
}

function outcomeOf(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    return { refused: error instanceof SyntaxError };
  }
}
