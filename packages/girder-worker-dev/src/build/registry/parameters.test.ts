import { describe, expect, test } from 'vitest';
import { parametersOfLength, readParameters } from './parameters.ts';

/** Reads the parameters from the source that `Function.prototype.toString` returns. */
function parametersOf(fn: unknown) {
  return readParameters(Function.prototype.toString.call(fn));
}

const object = {
  method(a: unknown, b = 2) {
    return [a, b];
  },
  async *generator(a: unknown) {
    yield a;
  },
  'quoted name'(a: unknown) {
    return a;
  },
  [`computed${1}`](a: unknown) {
    return a;
  },
};

describe('plain parameters of a task', () => {
  test('are read from every syntax of a function', () => {
    const onlyA = { positional: [{ name: 'a' }] };
    const forms = [
      function named(a: unknown) {
        return a;
      },
      async function named(a: unknown) {
        return a;
      },
      function* named(a: unknown) {
        yield a;
      },
      (a: unknown) => a,
      async (a: unknown) => a,
      object.generator,
      object['quoted name'],
      object.computed1,
    ];
    for (const form of forms) expect(parametersOf(form), String(form)).toEqual(onlyA);
    expect(readParameters('a => a')).toEqual(onlyA);
    expect(readParameters('async a => await a')).toEqual(onlyA);
    expect(readParameters('#secret(a) { return #secret in a; }')).toEqual(onlyA);
    expect(readParameters('(a) => super.method(a)')).toEqual(onlyA);
  });

  test('are optional if they have a default, whatever expression the default is', () => {
    expect(parametersOf(object.method)).toEqual({ positional: [{ name: 'a' }, { name: 'b', optional: true }] });
    expect(readParameters("(a = (1, ')'), b = function (x, y) {}, c) => 0")?.positional).toEqual([
      { name: 'a', optional: true },
      { name: 'b', optional: true },
      { name: 'c' },
    ]);
  });

  test('do not include the `this` parameter of TypeScript', () => {
    expect(
      parametersOf(function task(this: Date, steps: number) {
        return [this, steps];
      }),
    ).toEqual({
      positional: [{ name: 'steps' }],
    });
  });

  test('may be absent', () => {
    expect(readParameters('() => 0')).toEqual({ positional: [] });
  });
});

describe('a rest parameter', () => {
  test('of a task accepts any number of positional arguments', () => {
    expect(readParameters('(separator, ...lines) => 0')).toEqual({
      positional: [{ name: 'separator' }],
      rest: 'lines',
    });
    expect(readParameters('(...[first, second]) => 0')).toEqual({ positional: [], rest: 'args' });
  });
});

describe('a final destructured parameter', () => {
  test('of a task accepts the keywords that it lists, which are optional if they have a default', () => {
    expect(readParameters("(text, { minLength = 1, top, 'content-type': type, nested: { deep } }) => 0")).toEqual({
      positional: [{ name: 'text' }],
      keywords: {
        names: [{ name: 'minLength', optional: true }, { name: 'top' }, { name: 'content-type' }, { name: 'nested' }],
        rest: false,
      },
    });
  });

  test('of a task makes all its keywords optional if it has a default itself', () => {
    expect(readParameters('({ a, b } = {}) => 0')?.keywords?.names).toEqual([
      { name: 'a', optional: true },
      { name: 'b', optional: true },
    ]);
  });

  test('of a task accepts any keyword if it has a rest element or a computed key', () => {
    expect(readParameters('({ ...kwargs }) => 0')?.keywords).toEqual({ names: [], rest: true });
    expect(readParameters('({ a, ["b" + c]: d }) => 0')?.keywords).toEqual({ names: [{ name: 'a' }], rest: true });
  });
});

describe('a destructured parameter that is not the last', () => {
  test('is positional-only, because it has no name', () => {
    const names = readParameters('({ a }, [b, c] = [], d) => 0')?.positional;
    expect(names).toEqual([{ name: 'argument 1' }, { name: 'argument 2', optional: true }, { name: 'd' }]);
    expect(readParameters('([a, b]) => 0')).toEqual({ positional: [{ name: 'argument 1' }] });
  });
});

describe('a task function without a source', () => {
  test('accepts positional arguments only, at least as many as its `length`', () => {
    expect(parametersOf(Math.max.bind(null))).toBeUndefined();
    expect(parametersOf(Math.pow)).toBeUndefined();
    expect(parametersOfLength(2)).toEqual({
      positional: [{ name: 'argument 1' }, { name: 'argument 2' }],
      rest: 'args',
    });
  });
});
