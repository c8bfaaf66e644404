import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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

  test('is laid out as the formatter would lay it out', () => {
    const value: Data = {
      short: { a: [1, "it's", '"so"'], none: {}, empty: [] },
      'two-words': [
        { name: 'one', optional: true },
        { name: 'two', optional: true },
      ],
      mixed: [{ name: 'one' }, { name: 'two', optional: true }],
      long: { names: Array.from({ length: 9 }, (_, place) => ({ name: `parameter${place}` })), rest: false },
      words: Array.from({ length: 30 }, (_, place) => `word ${place}`),
    };
    const source = `export const data = ${literal(value, '', 20)};\n`;
    expect(formatted(source)).toBe(source);
  });
});

function formatted(source: string): string {
  const repository = fileURLToPath(new URL('../../../..', import.meta.url));
  const biome = fileURLToPath(new URL('../../../../node_modules/.bin/biome', import.meta.url));
  return execFileSync(biome, ['format', '--stdin-file-path=data.ts'], {
    cwd: repository,
    input: source,
    encoding: 'utf8',
  });
}
