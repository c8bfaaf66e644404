import { describe, expect, test } from 'vitest';
import { retryArguments } from './retryArguments.ts';

const parameters = { positional: [{ name: 'foo' }, { name: 'bar' }, { name: 'label' }], rest: 'more' };

describe('the arguments of a retry', () => {
  test.each([
    ['stay if it names none', { args: [1], kwargs: { bar: 2 } }, {}, { args: [1], kwargs: { bar: 2 } }],
    ['are its own if it names both', { args: [1], kwargs: { bar: 2 } }, { args: [3], kwargs: { bar: 4 } }, 'as given'],
    [
      'keep the keyword arguments of parameters that its positional ones do not set',
      { args: [], kwargs: { foo: 1, bar: 2, label: 'kept' } },
      { args: [2, 3] },
      { args: [2, 3], kwargs: { label: 'kept' } },
    ],
    [
      'keep the positional arguments, except those that its keyword arguments replace',
      { args: [1, 2], kwargs: {} },
      { kwargs: { foo: 2 } },
      { args: [2, 2], kwargs: {} },
    ],
    [
      'replace all keyword arguments',
      { args: [1], kwargs: { label: 'old', bar: 2 } },
      { kwargs: { bar: 3 } },
      { args: [1], kwargs: { bar: 3 } },
    ],
    ['may be empty', { args: [1], kwargs: { bar: 2 } }, { args: [] }, { args: [], kwargs: { bar: 2 } }],
    [
      'keep arguments beyond the named parameters in their places',
      { args: [1, 2, 'l', 4, 5], kwargs: {} },
      { kwargs: { label: 'new', other: 6 } },
      { args: [1, 2, 'new', 4, 5], kwargs: { other: 6 } },
    ],
    [
      'with names of object properties are ordinary names',
      { args: [1], kwargs: {} },
      { kwargs: { constructor: 1, toString: 2 } },
      { args: [1], kwargs: { constructor: 1, toString: 2 } },
    ],
  ] as const)('%s', (_, current, given, expected) => {
    const { args, kwargs } = given as { args?: readonly unknown[]; kwargs?: Readonly<Record<string, unknown>> };
    expect(retryArguments(parameters, current, { args, kwargs })).toEqual(expected === 'as given' ? given : expected);
  });
});
