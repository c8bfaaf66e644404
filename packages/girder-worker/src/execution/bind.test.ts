import { describe, expect, test } from 'vitest';
import type { Parameters } from '../registry/registry.ts';
import { bindArguments } from './bind.ts';

const add: Parameters = { positional: [{ name: 'x' }, { name: 'y' }] };
const scale: Parameters = {
  positional: [{ name: 'image' }, { name: 'factor', optional: true }, { name: 'mode', optional: true }],
};
const resize: Parameters = {
  positional: [{ name: 'image' }],
  keywords: { names: [{ name: 'width' }, { name: 'height', optional: true }], rest: false },
};
const anything: Parameters = { positional: [], keywords: { names: [], rest: true } };

function bind(parameters: Parameters, args: unknown[], kwargs: Record<string, unknown> = {}): unknown[] {
  return bindArguments('some.module.f', parameters, args, kwargs);
}

describe('arguments are bound as Python binds them', () => {
  test('keyword arguments go to the parameters of their names', () => {
    expect(bind(add, [], { y: 2, x: 1 })).toEqual([1, 2]);
    expect(bind(add, [1], { y: 2 })).toEqual([1, 2]);
  });

  test('a parameter that is left out before one that is given is undefined, so that its default applies', () => {
    expect(bind(scale, ['i'], { mode: 'fast' })).toEqual(['i', undefined, 'fast']);
  });

  test('a function is called with no more arguments than were given', () => {
    expect(bind(scale, ['i'])).toEqual(['i']);
  });

  test('a rest parameter takes the remaining arguments', () => {
    expect(bind({ positional: [{ name: 'x' }], rest: 'more' }, [1, 2, 3])).toEqual([1, 2, 3]);
    expect(bind({ positional: [], rest: 'more' }, [])).toEqual([]);
  });

  test('remaining keyword arguments go to a final destructured parameter', () => {
    expect(bind(resize, ['i'], { width: 10 })).toEqual(['i', { width: 10 }]);
    expect(bind(anything, [], { a: 1, b: 2 })).toEqual([{ a: 1, b: 2 }]);
  });

  test('the default of a whole destructured parameter applies if no keyword argument is given', () => {
    const flags: Parameters = {
      positional: [],
      keywords: { names: [{ name: 'a', optional: true }], rest: false, optional: true },
    };
    expect(bind(flags, [])).toEqual([]);
    expect(bind(flags, [], { a: 1 })).toEqual([{ a: 1 }]);
    expect(bind(flags, [{}])).toEqual([{}]);
  });

  test('a destructured parameter may be passed in its own place, as a TypeScript client does', () => {
    expect(bind(resize, ['i', { width: 10 }])).toEqual(['i', { width: 10 }]);
  });

  test('keywords named like members of Object are keywords', () => {
    const kwargs = JSON.parse('{"__proto__": 1, "constructor": 2}');
    const [bound] = bind(anything, [], kwargs) as [object];
    expect(Object.entries(bound)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    expect(() => bind(add, [1, 2], kwargs)).toThrow("f() got an unexpected keyword argument '__proto__'");
  });
});

describe('arguments that do not fit are refused with the messages of Python', () => {
  test.each<[string, Parameters, unknown[], Record<string, unknown>]>([
    ["f() missing 1 required positional argument: 'y'", add, [1], {}],
    ["f() missing 2 required positional arguments: 'x' and 'y'", add, [], {}],
    [
      "f() missing 3 required positional arguments: 'a', 'b', and 'c'",
      { positional: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
      [],
      {},
    ],
    ['f() takes 2 positional arguments but 3 were given', add, [1, 2, 3], {}],
    ['f() takes from 1 to 3 positional arguments but 4 were given', scale, [1, 2, 3, 4], {}],
    ['f() takes 0 positional arguments but 1 was given', { positional: [] }, [1], {}],
    ["f() got an unexpected keyword argument 'z'", add, [1, 2], { z: 3 }],
    ["f() got multiple values for argument 'x'", add, [1, 2], { x: 3 }],
    ["f() missing 1 required keyword-only argument: 'width'", resize, ['i'], {}],
    ["f() got an unexpected keyword argument 'depth'", resize, ['i'], { width: 1, depth: 2 }],
  ])('%s', (text, parameters, args, kwargs) => {
    expect(() => bind(parameters, args, kwargs)).toThrow(new TypeError(text));
  });
});
