import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EncodeError } from '../errors.ts';
import { kombuValues } from '../fixtures/values.ts';
import { maxWrittenCharacters } from './jsonWriter.ts';
import { parsePythonJson, stringifyPythonJson } from './pythonJson.ts';

describe('stringifyPythonJson', () => {
  test('writes the separators of json.dumps, and only ASCII', () => {
    const value = { a: [1, 'é🐎\x7f\n"\\/'], b: { c: null, d: true } };
    expect(stringifyPythonJson(value)).toBe(
      '{"a": [1, "\\u00e9\\ud83d\\udc0e\\u007f\\n\\"\\\\/"], "b": {"c": null, "d": true}}',
    );
  });

  test('writes a float beyond 2^53 as a float, because Python would read its digits as another integer', () => {
    expect(stringifyPythonJson([1.2345678901234568e20, 2 ** 53, -1e22])).toBe(
      '[1.2345678901234568e+20, 9.007199254740992e+15, -1e+22]',
    );
    expect(stringifyPythonJson([-0, 0.1, 1e-7, 5e-324, 3])).toBe('[-0.0, 0.1, 1e-7, 5e-324, 3]');
  });

  test('throws an EncodeError for a bigint with more digits than Python reads', () => {
    expect(stringifyPythonJson(2n ** 70n)).toBe('1180591620717411303424');
    expect(() => stringifyPythonJson(10n ** 4300n)).toThrow(EncodeError);
  });

  test('writes a Date as an aware datetime', () => {
    const written = (date: Date) => (JSON.parse(stringifyPythonJson(date)) as { __value__: string }).__value__;
    expect(written(new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 678)))).toBe('2024-01-02T03:04:05.678000+00:00');
    expect(written(new Date(Date.UTC(2024, 0, 2, 3, 4, 5)))).toBe('2024-01-02T03:04:05+00:00');
    expect(() => written(new Date(Number.NaN))).toThrow('An invalid Date');
    expect(() => written(new Date(Date.UTC(10_000, 0)))).toThrow('Python has no year 10000');
  });

  test('writes bytes as text if they are UTF-8, and otherwise in base64', () => {
    expect(stringifyPythonJson(Buffer.from('é'))).toBe('{"__type__": "bytes", "__value__": "\\u00e9"}');
    expect(stringifyPythonJson(new Uint8Array([255, 0]))).toBe('{"__type__": "base64", "__value__": "/wA="}');
  });

  test('leaves out undefined properties like JSON.stringify, and writes undefined itself as null', () => {
    expect(stringifyPythonJson({ a: undefined, b: [undefined] })).toBe('{"b": [null]}');
    expect(stringifyPythonJson(undefined)).toBe('null');
  });

  test('calls toJSON of a value once, and not of its replacement', () => {
    const self = {
      a: 1,
      toJSON() {
        return self;
      },
    };
    expect(stringifyPythonJson([new URL('http://h/'), { toJSON: (key: string) => key }])).toBe('["http://h/", "1"]');
    expect(() => stringifyPythonJson(self)).toThrow('Object of type Function');
  });

  test.each([
    ['Set', new Set([1]), '[...set]'],
    ['Map', new Map(), 'Object.fromEntries'],
    ['Function', () => 1, 'what it returns'],
    ['Symbol', Symbol('s'), 'its description'],
    ['Promise', Promise.resolve(1), 'await it'],
    ['Error', new TypeError('no'), 'throw it'],
    ['RegExp', /x/, 'its source'],
    ['Float64Array', new Float64Array(2), 'plain data'],
  ])('throws an EncodeError for a %s that says what to send instead', (type, value, hint) => {
    for (const whole of [value, [value], { key: value }]) {
      expect(() => stringifyPythonJson(whole)).toThrow(EncodeError);
      expect(() => stringifyPythonJson(whole)).toThrow(`Object of type ${type} is not JSON serializable`);
      expect(() => stringifyPythonJson(whole)).toThrow(hint);
    }
  });

  test('throws an error for a value that contains itself, but not for one that contains another twice', () => {
    const shared = { a: 1 };
    expect(stringifyPythonJson([shared, shared])).toBe('[{"a": 1}, {"a": 1}]');
    const cycle: unknown[] = [];
    cycle.push({ cycle });
    expect(() => stringifyPythonJson(cycle)).toThrow('contains itself');
  });

  test('throws an EncodeError for more levels of nesting than Python reads', () => {
    let value: unknown = 1;
    for (let level = 0; level < 1001; level++) value = [value];
    expect(() => stringifyPythonJson(value)).toThrow(EncodeError);
  });

  test('writes every value so that parsePythonJson reads an equal one', () => {
    fc.assert(
      fc.property(kombuValues, (value) => {
        const text = stringifyPythonJson(value);
        const again = parsePythonJson(text);
        expect(again).toEqual(value);
        expect(stringifyPythonJson(again)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test('writes up to 16 Mi characters, and throws an EncodeError for a value that takes more, such as one part many times', () => {
    const part = 'x'.repeat(1024 * 1024 - 4); // And quotes, comma and space.
    const times = (count: number) => Array<string>(count).fill(part);
    expect(stringifyPythonJson(times(16))).toHaveLength(maxWrittenCharacters);
    expect(() => stringifyPythonJson([...times(16), 1])).toThrow(EncodeError);
    expect(() => stringifyPythonJson({ a: times(100_000) })).toThrow('more than 16777216 characters');
  });
});
