import { describe, expect, test } from 'vitest';
import { assertValid, convertData } from '../convert/convert.ts';
import { parseJson, stringifyJson } from './json.ts';
import { sixDigits } from './nestedTree.ts';

function converted(type: string, from: string, to: string, data: unknown): unknown {
  return convertData({ type, from, to }, data, () => undefined);
}

const newick = '((ahli:0,allogus:1):2,rubribarbus:3);';

describe('tables', () => {
  test('become objects in objects for columns with dotted names, and back', () => {
    const objects = [{ a: { b: 1, c: { d: 'x' } }, e: [1] }, { a: { b: 2 } }];
    const rows = {
      fields: ['a.b', 'a.c.d', 'e'],
      rows: [{ 'a.b': 1, 'a.c.d': 'x', e: [1] }, { 'a.b': 2 }],
    };
    expect(converted('table', 'objects', 'rows', objects)).toEqual(rows);
    expect(converted('table', 'rows', 'objects', rows)).toEqual(objects);
    expect(converted('table', 'objectlist', 'rows', objects)).toEqual(rows);
  });

  test('do not change the prototype of objects for a column called __proto__.polluted', () => {
    const rows = { fields: ['__proto__.polluted'], rows: [{ '__proto__.polluted': 1 }] };
    expect(stringifyJson(converted('table', 'rows', 'objects', rows))).toBe('[{"__proto__": {"polluted": 1}}]');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('are written as JSON like Python, and as lines of JSON', () => {
    const rows = { fields: ['aa', 'bb'], rows: [{ aa: 1, bb: 'é' }] };
    expect(converted('table', 'rows', 'rows.json', rows)).toBe(
      '{"fields": ["aa", "bb"], "rows": [{"aa": 1, "bb": "\\u00e9"}]}',
    );
    expect(converted('table', 'objects', 'jsonlines', [{ a: 1 }, { b: [2] }])).toBe('{"a": 1}\n{"b": [2]}\n');
    expect(converted('table', 'jsonlines', 'objects', '{"a": 1}\r\n\n{"b": 2}')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('have continuous and discrete columns, by the first row', () => {
    const rows = { fields: ['a', 'b', 'disc'], rows: [{ a: 6, b: 5, disc: 'yes' }] };
    expect(converted('table', 'rows', 'column.names', rows)).toEqual(['a', 'b', 'disc']);
    expect(converted('table', 'rows', 'column.names.continuous', rows)).toEqual(['a', 'b']);
    expect(converted('table', 'rows', 'column.names.discrete', rows)).toEqual(['disc']);
  });

  test('are refused if they are nested deeper than columns can be', () => {
    let object: unknown = 1;
    for (let depth = 0; depth < 500; depth++) object = { a: object };
    expect(() => converted('table', 'objects', 'rows', [object])).toThrow('nested deeper than 100 levels');
  });
});

describe('trees', () => {
  test('are read from Newick with the weights of edges, and of nodes from the root', () => {
    expect(converted('tree', 'newick', 'nested', newick)).toEqual({
      edge_fields: ['weight'],
      node_fields: ['node name', 'node weight'],
      node_data: { 'node name': '', 'node weight': 0 },
      children: [
        {
          node_data: { 'node name': '', 'node weight': 2 },
          edge_data: { weight: 2 },
          children: [
            { node_data: { 'node name': 'ahli', 'node weight': 2 }, edge_data: { weight: 0 } },
            { node_data: { 'node name': 'allogus', 'node weight': 3 }, edge_data: { weight: 1 } },
          ],
        },
        { node_data: { 'node name': 'rubribarbus', 'node weight': 3 }, edge_data: { weight: 3 } },
      ],
    });
  });

  test('are the same Newick text after a conversion to nested and back', () => {
    const nested = converted('tree', 'newick', 'nested', newick);
    expect(converted('tree', 'nested', 'newick', nested)).toBe(newick);
    expect(converted('tree', 'newick', 'nested.json', newick)).toContain('"node weight": 3');
  });

  test('may have comments, quoted names, several levels and inner names in Newick', () => {
    const text = "('a(b)':1.5 , [a comment] b :2e-7 , (c,d)inner)root ;\n";
    const nested = converted('tree', 'newick', 'nested', text);
    expect(converted('tree', 'nested', 'newick', nested)).toBe('(a_b_:1.5,b:2e-07,(c:1,d:1)inner:1);');
  });

  test.each([
    ['(a,b)', 'does not end with ";"'],
    ['(a,b));', 'unexpected ")" at character 5'],
    ['((a,b);', 'unexpected ";" at character 6'],
    ['(a:x,b);', 'unexpected "x" at character 3'],
    ['(a b);', 'unexpected "b" at character 3'],
    ["('a);", 'unexpected "\'" at character 1'],
    ['a;b;', 'more than one tree'],
    ['', 'does not end with ";"'],
  ])('are refused if their Newick text is %j', (text, reason) => {
    expect(() => converted('tree', 'newick', 'nested', text)).toThrow(reason);
  });

  test('of a million opening parentheses are refused, and do not overflow the stack', () => {
    expect(() => converted('tree', 'newick', 'nested', '('.repeat(1_000_000))).toThrow('deeper than 1000 levels');
    const long = `'${'a'.repeat(1_000_000)}';`;
    expect(converted('tree', 'newick', 'nested', long)).toHaveProperty('node_data');
  });

  test('of 1000 levels can be read and written; nested ones that are deeper are refused', () => {
    const deep = `${'('.repeat(1000)}a:1${'):1'.repeat(999)});`;
    expect(converted('tree', 'nested', 'newick', converted('tree', 'newick', 'nested', deep))).toBe(deep);
    let nested: unknown = {};
    for (let depth = 0; depth < 100_000; depth++) nested = { children: [nested] };
    expect(() => converted('tree', 'nested', 'newick', nested)).toThrow('deeper than 1000 levels');
    expect(() => converted('tree', 'nested', 'nested.json', nested)).toThrow('deeper than 1000 levels');
  });

  test('have lengths of at most six digits in Newick, as Python writes them', () => {
    expect([0, 1, 0.5, 1234567, 0.00001234, 123456, -2.50001, 1 / 3].map(sixDigits)).toEqual([
      '0',
      '1',
      '0.5',
      '1.23457e+06',
      '1.234e-05',
      '123456',
      '-2.50001',
      '0.333333',
    ]);
  });
});

describe('single values', () => {
  test('are converted to JSON and back', () => {
    expect(converted('integer', 'json', 'integer', '12345678901234567890')).toBe(12345678901234567890n);
    expect(converted('boolean', 'boolean', 'json', true)).toBe('true');
    expect(converted('string', 'json', 'text', '"a\\u00e9"')).toBe('aé');
    expect(converted('object', 'object', 'json', { a: [null, 1.5] })).toBe('{"a": [null, 1.5]}');
  });

  test('are refused if their JSON is of another type', () => {
    expect(() => converted('integer', 'json', 'integer', '1.5')).toThrow(
      'expected type (integer) and format (integer)',
    );
    expect(() => converted('number_list', 'json', 'number_list', '["a"]')).toThrow('a list of 1');
    expect(() => converted('integer', 'json', 'integer', '{')).toThrow('The data is not JSON');
  });

  test('are valid as in Python, where true is an integer', () => {
    for (const [type, format, data] of [
      ['integer', 'integer', true],
      ['number', 'number', 2.5],
      ['integer', 'integer', 5n],
      ['string_list', 'string_list', []],
      ['python', 'object', null],
    ] as const) {
      expect(() => assertValid(type, format, data, 'It')).not.toThrow();
    }
    expect(() => assertValid('integer', 'integer', 2.5, 'It')).toThrow('It is not in the expected type (integer)');
  });
});

test('JSON keeps an own property called __proto__', () => {
  expect(stringifyJson(parseJson('{"__proto__": {"a": 1}}'))).toBe('{"__proto__": {"a": 1}}');
});
