import { describe, expect, test } from 'vitest';
import { numberOr, parseTable, stringifyTable } from './csv.ts';

describe('a table is read from CSV', () => {
  test('with numbers where Python would read finite numbers, and texts elsewhere', () => {
    expect(parseTable('a,b,c,d\n1,-2.5e3,+7,1_000\nnan,inf,0x10,1e999', ',').rows).toEqual([
      { a: 1, b: -2500, c: 7, d: '1_000' },
      { a: 'nan', b: 'inf', c: '0x10', d: '1e999' },
    ]);
  });

  test('without losing digits of a long integer', () => {
    expect(numberOr('123456789012345678901')).toBe(123456789012345678901n);
    expect(numberOr(' 5 ')).toBe(5);
    expect(numberOr('')).toBe('');
    expect(numberOr('-12.')).toBe(-12);
    expect(numberOr('-123456789012345678901')).toBe(-123456789012345678901n);
  });

  test('with quotes, line breaks in cells, a byte order mark and empty lines', () => {
    const text = '\ufeffa,b\r\n"x, ""y""",2\r\n\r\n"two\nlines", 3\r\n';
    expect(parseTable(text, ',')).toEqual({
      fields: ['a', 'b'],
      rows: [
        { a: 'x, "y"', b: 2 },
        { a: 'two\nlines', b: 3 },
      ],
    });
  });

  test('with the delimiter of its first line, whether it is called csv or tsv', () => {
    expect(parseTable('a\tb\n1,5\t2', ',').rows).toEqual([{ a: '1,5', b: 2 }]);
    expect(parseTable('a,b\n1,2', '\t').rows).toEqual([{ a: 1, b: 2 }]);
    expect(parseTable('a\tb\tc\n\t\tx', '\t').rows).toEqual([{ a: '', b: '', c: 'x' }]);
    expect(parseTable('single\n1\n2', ',').rows).toEqual([{ single: 1 }, { single: 2 }]);
  });

  test('with null for missing cells, and surplus cells under the name "null"', () => {
    expect(parseTable('a,b\n1\n1,2,3,4', ',').rows).toEqual([
      { a: 1, b: null },
      { a: 1, b: 2, null: ['3', '4'] },
    ]);
  });

  test('without changing the prototype of a row for a column called __proto__', () => {
    const [row] = parseTable('__proto__,constructor\n1,2', ',').rows;
    expect(Object.entries(row!)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });

  test('in linear time, also if a cell is a million digits and a letter', () => {
    const digits = '1'.repeat(1_000_000);
    expect(numberOr(`${digits}x`)).toBe(`${digits}x`);
    expect(numberOr(digits)).toBe(digits);
  });

  test('unless a quote is not closed', () => {
    expect(() => parseTable('a,b\n"1,2', ',')).toThrow('The data is not a table with the delimiter ","');
  });

  test('unless its columns and rows make more cells than fit into memory', () => {
    const wide = Array.from({ length: 5000 }, (_, column) => column).join(',');
    expect(() => parseTable(`${wide}\n${'1\n'.repeat(5000)}`, ',')).toThrow('more than 10000000 cells');
  });
});

describe('a table is written as CSV', () => {
  test('with quotes only where they are needed, and lines that end in CR LF', () => {
    const rows = [{ a: 'x,"y', b: null }, { a: true, b: [1, { c: 2 }] }, {}];
    expect(stringifyTable({ fields: ['a', 'b'], rows }, ',')).toBe(
      'a,b\r\n"x,""y",\r\nTrue,"[1, {""c"": 2}]"\r\n,\r\n',
    );
    expect(stringifyTable({ fields: ['a', 'b'], rows: [{ a: 'x,y', b: 1.5 }] }, '\t')).toBe('a\tb\r\nx,y\t1.5\r\n');
  });

  test('so that a row with one empty cell can be read again', () => {
    const text = stringifyTable({ fields: ['a'], rows: [{ a: '' }, { a: 1 }] }, ',');
    expect(parseTable(text, ',').rows).toEqual([{ a: '' }, { a: 1 }]);
  });

  test('unless a row has a field that the table does not name', () => {
    expect(() => stringifyTable({ fields: ['a'], rows: [{ a: 1, b: 2 }] }, ',')).toThrow(
      'Row 1 of the table has the fields ["b"]',
    );
  });
});
