import { describe, expect, test } from 'vitest';
import { parsePythonJson, stringifyPythonJson } from '../json/pythonJson.ts';
import { type KombuValue, OpaqueObject } from '../values.ts';
import { unpickle } from './jsonpickle.ts';

// jsonpickle 4.1.4 wrote the texts with keys=True, like Girder Worker.

function read(text: string): KombuValue {
  return unpickle(parsePythonJson(text));
}

test('tuples become arrays, bytes Uint8Arrays, and keys that are not strings their text', () => {
  expect(read('{"py/tuple": [{"py/tuple": [1, {"a": {"py/tuple": []}}]}, {"py/b64": "/w=="}]}')).toEqual([
    [1, { a: [] }],
    Buffer.from([255]),
  ]);
  expect(read('{"x": 3, "json://1": 2, "json://\\"json://\\"": 4}')).toEqual({ x: 3, 1: 2, 'json://': 4 });
});

test('an object of a Python class becomes an OpaqueObject with its fields, and is written back unchanged', () => {
  const text = '{"py/object": "a.B", "f": {"py/object": "a.C", "t": {"py/tuple": [1]}}, "s": {"py/set": [1, 2]}}';
  const object = read(text) as OpaqueObject;
  expect(object).toBeInstanceOf(OpaqueObject);
  expect(object).toMatchObject({ className: 'a.B', fields: { f: { className: 'a.C', fields: { t: [1] } } } });
  expect(stringifyPythonJson([object, object.fields])).toBe(
    `[${text}, {"f": {"py/object": "a.C", "t": {"py/tuple": [1]}}, "s": {"py/set": [1, 2]}}]`,
  );
});

test.each([
  ['{"py/type": "builtins.int"}', 'builtins.int'],
  ['{"py/function": "builtins.len"}', 'builtins.len'],
  ['{"py/reduce": [{"py/type": "decimal.Decimal"}, {"py/tuple": ["1.5"]}]}', 'py/reduce'],
])('%s becomes an OpaqueObject, and nothing is constructed', (text, className) => {
  const value = read(text);
  expect(value).toBeInstanceOf(OpaqueObject);
  expect(value).toMatchObject({ className });
  expect(stringifyPythonJson(value)).toBe(text);
});

test('a signature of Celery becomes a plain object, without the app that jsonpickle adds', () => {
  const signature =
    '{"py/object": "celery.canvas.Signature", "task": "x.add", "args": {"py/tuple": [1]}, "kwargs": {}, ' +
    '"options": {}, "subtask_type": null, "immutable": false, "__dict__": {"_app": {"py/reduce": []}}}';
  expect(read(signature)).toEqual({
    task: 'x.add',
    args: [1],
    kwargs: {},
    options: {},
    subtask_type: null,
    immutable: false,
  });
});

describe('a reference of jsonpickle', () => {
  test.each([
    [
      '{"py/tuple": [{"py/tuple": [[1], {"py/id": 0}, {"k": {"py/id": 0}}]}, {"d": {}}]}',
      [[[1], [1], { k: [1] }], { d: {} }],
    ],
    ['[{}, {"py/id": 1}]', [{}, {}]],
    ['[{"a": [5]}, {"py/id": 2}, {"py/id": 1}]', [{ a: [5] }, [5], { a: [5] }]],
    [
      '[{"py/object": "datetime.date", "__reduce__": [{"py/type": "datetime.date"}, ["B+gBAg=="]]}, [7], {"py/id": 2}]',
      [expect.any(OpaqueObject), [7], [7]],
    ],
    ['[{"py/reduce": [{"py/function": "a.f"}, {"py/tuple": [[9]]}]}, {"py/id": 2}]', [expect.any(OpaqueObject), [9]]],
  ])('in %s is replaced by its target', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('to an object is replaced by the object, which is written in full', () => {
    const value = read('[{"py/object": "a.B", "x": [1]}, {"y": {"py/id": 1}}]');
    expect(stringifyPythonJson(value)).toBe('[{"py/object": "a.B", "x": [1]}, {"y": {"py/object": "a.B", "x": [1]}}]');
  });

  test.each([
    ['[{"py/id": 5}]', 'has no target'],
    ['[{"py/id": -1}]', 'has no target'],
    ['[{"py/id": 0}]', 'is part of its own target'],
    ['{"py/object": "a.B", "self": {"py/id": 0}}', 'is part of its own target'],
    ['[{"b": [], "1": []}, {"py/id": 2}]', 'cannot be resolved'],
    ['[{"py/iterator": [[]]}, {"py/id": 1}]', 'cannot be resolved'],
  ])('in %s throws an error, because it %s', (text, complaint) => {
    expect(() => read(text)).toThrow(complaint);
  });

  test('throws an error if references to references expand to more than a million values', () => {
    let text = '[[1]';
    for (let level = 1; level < 60; level++) text += `, [{"py/id": ${level}}, {"py/id": ${level}}]`;
    expect(() => read(`${text}]`)).toThrow('more than');
  });
});

test.each(['1', '1.5', '1e-07', 'null', 'true', 'false'])(
  'the Python key %s becomes this text, like in JSON',
  (key) => {
    expect(unpickle({ [`json://${key}`]: 'value' })).toEqual({ [key]: 'value' });
  },
);
