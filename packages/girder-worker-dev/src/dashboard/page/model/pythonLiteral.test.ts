import { expect, test } from 'vitest';
import { hasPlaceholder, pythonToJson } from './pythonLiteral.ts';

test.each([
  ['()', '[]'],
  ['(1,)', '[1]'],
  ["(1, 'two', [3, {'x': None}])", '[1,"two",[3,{"x":null}]]'],
  ['{}', '{}'],
  ["{'a': True, 'b': False}", '{"a":true,"b":false}'],
  ["{1: 'a', None: 2}", '{"1":"a","null":2}'],
  ['(-0.0, 1.5e-07, 1e+22)', '[-0.0,1.5e-07,1e+22]'],
  ['(1180591620717411303424,)', '[1180591620717411303424]'],
  [String.raw`('it\'s', 'C:\new', 'ü🐎')`, String.raw`["it's","C:\\new","ü🐎"]`],
  ["('two\nlines',)", String.raw`["two\nlines"]`],
  ["('a, b) ]}',)", '["a, b) ]}"]'],
  ['["json", null, true, {"k": 1}]', '["json",null,true,{"k":1}]'],
  [String.raw`["a \"quoted\" \u00e9"]`, '["a \\"quoted\\" é"]'],
  [' ( 1 , ) ', '[1]'],
])('%s is %s in JSON', (repr, json) => {
  expect(pythonToJson(repr)).toEqual({ json, gaps: [] });
  expect(hasPlaceholder(json)).toBe(false);
});

test.each([
  ["('***',)", 'redacted', '***'],
  ["{'password': '***'}", 'redacted', '***'],
  ['([[[...]]], 1)', 'truncated', '...'],
  ['{...}', 'truncated', '...'],
  ['(datetime.datetime(2024, 1, 2, 3, 4), 1)', 'not JSON', 'datetime.datetime(2024, 1, 2, 3, 4)'],
  ["{'a': Decimal('1.50')}", 'not JSON', "Decimal('1.50')"],
  ["(b'a, b',)", 'not JSON', "b'a, b'"],
  ['(<pkg.mod.Class object>, 1)', 'not JSON', '<pkg.mod.Class object>'],
  ['({1, 2},)', 'not JSON', '{1, 2}'],
  ['(nan,)', 'not JSON', 'nan'],
  ['(-inf,)', 'not JSON', '-inf'],
] as const)('%s has a value that the user must write', (repr, why, shown) => {
  const { json, gaps } = pythonToJson(repr)!;
  expect(gaps).toEqual([{ repr: shown, why }]);
  expect(() => JSON.parse(json) as unknown).not.toThrow();
  expect(hasPlaceholder(json)).toBe(true);
});

test('a string that Celery has cut is a value that the user must write; a short one with dots is not', () => {
  expect(pythonToJson(`('${'x'.repeat(1024)}...',)`)?.gaps).toMatchObject([{ why: 'truncated' }]);
  expect(pythonToJson("('wait...',)")).toEqual({ json: '["wait..."]', gaps: [] });
});

test.each(['', '(1', "('a", '(1))', '{1: }', '(,)', '[1 2]', ')', "{'a' 1", '('.repeat(100_000)])(
  'a text that is no repr gives nothing: %.20s',
  (text) => {
    expect(pythonToJson(text)).toBeUndefined();
  },
);
