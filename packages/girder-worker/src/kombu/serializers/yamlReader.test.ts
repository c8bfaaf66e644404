import { expect, test } from 'vitest';
import { LimitError } from '../errors.ts';
import { DateTime, PlainDate } from '../values.ts';
import { maxYamlCharacters, readYaml } from './yamlReader.ts';

// PyYAML's safe_dump wrote the texts, unless the title says otherwise.

test.each<[string, unknown]>([
  ['- - 1\n  - "\\xE9"\n  - null\n- a:\n  - 1\n  - 2\n', [[1, 'é', null], { a: [1, 2] }]],
  [
    "{a: 'yes', b: true, c: 'null', d: '1', e: '2024-01-02'}",
    { a: 'yes', b: true, c: 'null', d: '1', e: '2024-01-02' },
  ],
  ['[1.5, 1.0e+22, .nan, -.inf, -0.0]', [1.5, 1e22, Number.NaN, -Infinity, -0]],
  ['[9007199254740993, -1180591620717411303424, 7]', [2n ** 53n + 1n, -(2n ** 70n), 7]],
  ['!!binary |\n  /wA=\n', Buffer.from([255, 0])],
  ['- &id001\n  a: 1\n- *id001\n', [{ a: 1 }, { a: 1 }]],
])('the YAML %j is read as %o', (text, value) => {
  expect(readYaml(text)).toEqual(value);
});

test.each([
  ['2024-01-02 03:04:05.678901+02:00', '2024-01-02T03:04:05.678901+02:00'],
  ['2024-01-02 03:04:05+00:00', '2024-01-02T03:04:05+00:00'],
  ['2024-01-02 03:04:05', '2024-01-02T03:04:05'],
  ['2024-01-02T03:04:05.5Z', '2024-01-02T03:04:05.500000+00:00'],
  ['2024-1-2 3:04:05 -5', '2024-01-02T03:04:05-05:00'],
])('the timestamp %s keeps its microseconds and its offset', (text, iso) => {
  const value = readYaml(text);
  expect(value).toBeInstanceOf(DateTime);
  expect((value as DateTime).isoformat()).toBe(iso);
});

test.each(['y', 'n', 'e81', '1e8', '1.5e3', '+.5', '.', '08', '-09', '08:30', '0o17', '2024-1-2'])(
  'the string %s, which safe_dump does not quote, is read as a string',
  (text) => {
    expect(readYaml(`- ${text}\n- {k: ${text}}\n`)).toEqual([text, { k: text }]);
  },
);

test.each<[string, unknown]>([
  ['on', true],
  ['No', false],
  ['1.5e+3', 1500],
  ['.5', 0.5],
  ['0x1F', 31],
  ['017', 15],
  ['0b11', 3],
  ['8:30', 510],
  ['1:30.5', 90.5],
  ['1_000', 1000],
  ['Null', null],
])('a plain %s is read as %o, like by safe_load', (text, value) => {
  expect(readYaml(`- ${text}\n`)).toEqual([value]);
});

test('a date without a time is read as a PlainDate', () => {
  expect(readYaml('[2024-01-02]')).toEqual([new PlainDate('2024-01-02')]);
});

test('a key __proto__ becomes an own key', () => {
  const value = readYaml('__proto__: {a: 1}\nconstructor: 2\n') as object;
  expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
  expect('a' in value).toBe(false);
});

test.each([
  '!!python/object/apply:os.system ["echo"]',
  '!!python/tuple [1]',
  '!ours 1',
  '!!set {a: null}',
  '<<: {a: 1}',
  '[1, 2',
  '*nowhere',
  '&a [*a]',
  '2024-13-01',
  '{a: 1}\n---\n{b: 2}',
])('%s, which safe_dump does not write, throws an error', (text) => {
  expect(() => readYaml(text)).toThrow(Error);
});

test('aliases of aliases throw an error if they expand to too many values', () => {
  const lines = Array.from({ length: 30 }, (_, level) => `- &a${level + 1} [*a${level}, *a${level}]`);
  expect(() => readYaml(`- &a0 [x]\n${lines.join('\n')}\n`)).toThrow('more than');
});

test('12,000 aliases take linear time', () => {
  expect(readYaml(`- &a [x]\n${'- *a\n'.repeat(12_000)}`)).toHaveLength(12_001);
});

test('5,000 keys take linear time, and the last of equal keys counts', () => {
  const text = Array.from({ length: 5000 }, (_, index) => `k${index}: ${index}\n`).join('');
  expect(readYaml(`${text}k0: again\n`)).toMatchObject({ k0: 'again', k4999: 4999 });
});

test('more characters than the limit throw a LimitError, and exactly as many do not', () => {
  const text = `"${'x'.repeat(maxYamlCharacters - 2)}"`;
  expect(readYaml(text)).toHaveLength(maxYamlCharacters - 2);
  expect(() => readYaml(`${text} `)).toThrow(LimitError);
});
