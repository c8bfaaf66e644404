import { describe, expect, test } from 'vitest';
import { toLogData } from './logData.ts';

describe('the fields of a log line', () => {
  const circular: Record<string, unknown> = { name: 'a' };
  circular.self = circular;
  const shared = { n: 1 };
  test.each<[string, object, unknown]>([
    [
      'plain values',
      { a: 1, b: 'x', c: true, d: null, e: [1, { f: 2 }] },
      { a: 1, b: 'x', c: true, d: null, e: [1, { f: 2 }] },
    ],
    ['undefined, which is left out', { a: undefined, b: [undefined] }, { b: [null] }],
    ['a bigint', { n: 2n ** 70n }, { n: '1180591620717411303424' }],
    ['numbers that JSON has not', { a: Number.NaN, b: Number.POSITIVE_INFINITY }, { a: 'NaN', b: 'Infinity' }],
    ['dates', { a: new Date(0), b: new Date(Number.NaN) }, { a: '1970-01-01T00:00:00.000Z', b: 'Invalid Date' }],
    ['a circular reference', circular, { name: 'a', self: '[Circular]' }],
    ['one object twice', { a: shared, b: shared }, { a: { n: 1 }, b: { n: 1 } }],
    ['maps and sets', { m: new Map([['a', 1]]), s: new Set([1, 2]) }, { m: { a: 1 }, s: [1, 2] }],
    ['bytes', { b: new Uint8Array(3) }, { b: '[Uint8Array, 3 bytes]' }],
    ['functions and symbols', { f: Math.max, s: Symbol('x') }, { f: '[Function max]', s: 'Symbol(x)' }],
    ['an object with toJSON', { u: new URL('http://a/b') }, { u: 'http://a/b' }],
    ['a list instead of fields', [1, 2], { value: [1, 2] }],
    ['the name __proto__', JSON.parse('{"__proto__": {"a": 1}}'), JSON.parse('{"__proto__": {"a": 1}}')],
  ])('may contain %s', (_, fields, data) => {
    const found = toLogData(fields);
    expect(found).toEqual(data);
    expect(JSON.parse(JSON.stringify(found))).toEqual(data);
    expect(structuredClone(found)).toEqual(data);
  });

  test('may contain an Error: its name, message, stack, cause and own fields', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E1' });
    const data = { name: 'TypeError', message: 'outer', code: 'E1', cause: { message: 'inner' } };
    expect(toLogData({ error })).toMatchObject({
      error: { ...data, stack: expect.stringContaining('logData.test.ts') },
    });
    expect(toLogData(error)).toMatchObject({ error: data });
  });

  test.each<[string, object]>([
    [
      'a getter that throws',
      Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
    ],
    [
      'a toJSON that throws',
      {
        x: {
          toJSON: () => {
            throw new Error('no');
          },
        },
      },
    ],
    [
      'a value that throws when it becomes a text',
      {
        x: {
          toJSON: () => {
            throw {
              toString: () => {
                throw new Error('no');
              },
            };
          },
        },
      },
    ],
    [
      'a Proxy that throws',
      {
        x: new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
            getPrototypeOf: () => {
              throw new Error('no');
            },
          },
        ),
      },
    ],
    [
      'a revoked Proxy',
      {
        x: (() => {
          const { proxy, revoke } = Proxy.revocable({}, {});
          revoke();
          return proxy;
        })(),
      },
    ],
    [
      'an Error with a stack that throws',
      {
        x: Object.defineProperty(new Error('e'), 'stack', {
          get: () => {
            throw new Error('no');
          },
        }),
      },
    ],
  ])('may contain %s, which is named in its place', (_, fields) => {
    expect(JSON.stringify(toLogData({ before: 1, fields, after: 2 }))).toMatch(
      /^\{"before":1,.*\[Threw .*"after":2\}$/,
    );
  });

  test.each<[string, object]>([
    ['a long text', { x: 'a'.repeat(1e7) }],
    ['a long list', { x: Array.from({ length: 1e6 }, (_, index) => index) }],
    ['a sparse list', { x: new Array(2 ** 32 - 1) }],
    ['many fields', Object.fromEntries(Array.from({ length: 1e4 }, (_, index) => [`field${index}`, 'x'.repeat(100)]))],
    ['long names', { ['n'.repeat(1e6)]: { ['n'.repeat(1e6)]: 1 } }],
    ['many levels', Array.from({ length: 1e5 }).reduce<object>((inner) => ({ inner }), {})],
    ['many values in many levels', wide(3)],
  ])('are at most 20 KB of JSON with %s, and say where something is left out', (_, fields) => {
    const json = JSON.stringify(toLogData(fields));
    expect(json.length).toBeLessThan(20_000);
    expect(json).toContain('…');
  });

  test('are at most 20 KB of JSON with a toJSON that returns a new object without end', () => {
    const endless = (): object => ({ toJSON: endless });
    expect(JSON.stringify(toLogData({ x: endless() })).length).toBeLessThan(20_000);
  });
});

function wide(levels: number): object {
  return Array.from({ length: 20 }, () => (levels === 0 ? 'x' : wide(levels - 1)));
}
