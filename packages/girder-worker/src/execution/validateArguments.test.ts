import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import type { RegistryEntry } from '../registry/registry.ts';
import { runtimeWithoutReceiver } from './fixtures/runtime.ts';
import { runTask } from './runTask.ts';

const runtime = runtimeWithoutReceiver();

/** A schema of two numbers, the first of which it turns into an integer. */
const twoNumbers: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const args = value as readonly unknown[];
      const issues = args.flatMap((arg, place) =>
        typeof arg === 'number' ? [] : [{ message: `Expected number, received ${typeof arg}`, path: [{ key: place }] }],
      );
      return issues.length > 0 ? { issues } : { value: [Math.trunc(args[0] as number), args[1]] };
    },
  },
};

const add = app.task(
  { name: 'lab.add', args: twoNumbers, autoretryFor: [Error, 'ValueError'] },
  (x: number, y: number) => x + y,
);
const entry: RegistryEntry = {
  plugin: 'lab@1',
  options: {},
  parameters: { positional: [{ name: 'x' }, { name: 'y' }] },
  load: () => add,
};

async function outcomeOf(args: readonly unknown[], kwargs: Record<string, unknown> = {}) {
  const message = await decode(encode({ task: 'lab.add', id: 'id', args, kwargs }));
  return (await runTask(entry, message, runtime)).outcome;
}

describe('a task with a schema of its arguments', () => {
  test('runs with the arguments as the schema returns them, however they were passed', async () => {
    expect(await outcomeOf([1.7, 2])).toEqual({ state: 'SUCCESS', resultJson: '3' });
    expect(await outcomeOf([1.7], { y: 2 })).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('fails with a ValueError that names each issue by its parameter, and is not retried', async () => {
    expect(await outcomeOf(['1', 'two'])).toMatchObject({
      state: 'FAILURE',
      failure: {
        type: 'ValueError',
        module: 'builtins',
        argsJson:
          '["add() got invalid arguments: x: Expected number, received string; y: Expected number, received string"]',
      },
    });
  });
});

test('arguments that do not fit the parameters fail the task without a retry, whatever autoretryFor says', async () => {
  expect(await outcomeOf([1])).toMatchObject({
    state: 'FAILURE',
    failure: { type: 'TypeError', argsJson: '["add() missing 1 required positional argument: \'y\'"]' },
  });
});

test('an error of the option throws is marked as expected, and stored like any other', async () => {
  class NotFound extends Error {
    override readonly name = 'NotFound';
  }
  const task = app.task({ name: 'lab.find', throws: [NotFound, 'KeyError'] }, (name: string) => {
    throw name === 'key'
      ? Object.assign(new Error('k'), { name: 'KeyError' })
      : name === 'other'
        ? new Error('x')
        : new NotFound(name);
  });
  const found = async (name: string) => {
    const message = await decode(encode({ task: 'lab.find', id: 'id', args: [name] }));
    const parameters = { positional: [{ name: 'name' }] };
    return (await runTask({ ...entry, parameters, load: () => task }, message, runtime)).outcome;
  };
  expect(await found('a')).toMatchObject({ state: 'FAILURE', isExpected: true, failure: { type: 'NotFound' } });
  expect(await found('key')).toMatchObject({ state: 'FAILURE', isExpected: true, failure: { type: 'KeyError' } });
  expect(await found('other')).not.toHaveProperty('isExpected');
});
