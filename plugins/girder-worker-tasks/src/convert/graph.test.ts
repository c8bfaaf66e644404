import { expect, test } from 'vitest';
import { graph } from './convert.ts';
import { ConverterGraph } from './graph.ts';

const formats = ['a', 'b', 'c', 'd', 'island'].map((format) => ({ type: 't', format, isValid: () => true }));
const edge = (from: string, to: string) => ({ type: 't', from, to, convert: (data: unknown) => `${data}${to}` });
const small = new ConverterGraph([
  { formats, converters: [edge('a', 'c'), edge('a', 'b'), edge('b', 'd'), edge('c', 'd'), edge('d', 'a')] },
]);

test('the path between two formats is the shortest, and of several shortest the first in the alphabet', () => {
  expect(small.path('t', 'a', 'd').map((converter) => converter.to)).toEqual(['b', 'd']);
  expect(small.path('t', 'c', 'b').map((converter) => converter.to)).toEqual(['d', 'a', 'b']);
  expect(small.path('t', 'a', 'a')).toEqual([]);
});

test('a format without a converter to another has no path to it', () => {
  expect(() => small.path('t', 'a', 'island')).toThrow('No conversion path from t/a to t/island.');
});

test('an unknown format is reported with the formats of its type, an unknown type with all types', () => {
  expect(() => small.path('t', 'a', 'x')).toThrow('No such validator t/x. Formats of "t": a, b, c, d, island.');
  expect(() => graph.get('foo', 'bar')).toThrow('No such validator foo/bar. Types: boolean, integer');
  expect(() => graph.get('__proto__', 'constructor')).toThrow('No such validator __proto__/constructor.');
});

test('every format of a table and of a tree can be reached from every format with content', () => {
  for (const type of ['table', 'tree']) {
    const names = graph.select(type, null).map((node) => node.format);
    for (const from of names.filter((name) => !name.startsWith('column.'))) {
      for (const to of names) expect(graph.path(type, from, to).length).toBeLessThanOrEqual(4);
    }
  }
});

test('csv becomes objects.json in three steps', () => {
  const path = graph.path('table', 'csv', 'objects.json');
  expect(path.map((converter) => converter.to)).toEqual(['rows', 'objects', 'objects.json']);
});
