import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Data, literal, memberAccess, propertyKey, stringLiteral } from './literal.ts';

/** What a program sees that has this expression in it. */
function evaluated(expression: string): unknown {
  return new Function(`return (${expression});`)();
}

const data = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Data>;

describe('a literal', () => {
  test('means the data it was made of', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(evaluated(literal(value, '', 0))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('means the string it was made of, and never ends early', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(evaluated(stringLiteral(text))).toBe(text);
      }),
    );
    expect(evaluated(`${literal(JSON.parse('{ "__proto__": 1 }'), '', 0)}.hasOwnProperty('__proto__')`)).toBe(true);
    expect(evaluated(stringLiteral("');process.exit();('"))).toBe("');process.exit();('");
  });

  test('reaches a member by any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(evaluated(`{ ${propertyKey(name)}: 7 }${memberAccess(name)}`)).toBe(7);
      }),
    );
  });
});
