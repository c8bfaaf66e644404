import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../kombu/values.ts';
import { NotRegistered, TaskError, TaskRevokedError } from '../task/errors.ts';
import { toFailure } from './failure.ts';
import { toTaskError } from './taskError.ts';

const traceback = 'Traceback (most recent call last):\n  File "tasks.ts", line 3, in fails\nValueError: boom\n';

describe('the exception of a task, read in another process', () => {
  test('is an Error with the name, the arguments and the module of its class in Python', () => {
    const error = toTaskError({ type: 'ValueError', module: 'builtins', args: ['boom', 42] }, null);
    expect(error).toBeInstanceOf(TaskError);
    expect(error).toBeInstanceOf(Error);
    const { name, message, args, module } = error;
    expect({ name, message, args, module }).toEqual({
      name: 'ValueError',
      message: 'boom, 42',
      args: ['boom', 42],
      module: 'builtins',
    });
  });

  test.each([
    [['boom'], 'ValueError: boom'],
    [[], 'ValueError'],
    [[{ code: 7 }, ['a']], "ValueError: {'code': 7}, ['a']"],
    [[new Decimal('1.50')], "ValueError: Decimal('1.50')"],
    [[null], 'ValueError: null'],
  ])('with the arguments %j reads %s in text, in `console.log` and in front of its traceback', (args, text) => {
    const exception = { type: 'ValueError', module: 'builtins', args };
    expect(String(toTaskError(exception, null))).toBe(text);
    expect(inspect(toTaskError(exception, null))).toBe(text);
    expect(inspect(toTaskError(exception, traceback))).toBe(`${text}\n${traceback}`);
    expect(toTaskError(exception, traceback).stack).toBe(`${text}\n${traceback}`);
  });

  test('has the class of this library with its name', () => {
    const revoked = toTaskError({ type: 'TaskRevokedError', module: 'celery.exceptions', args: ['revoked'] }, null);
    expect(revoked).toBeInstanceOf(TaskRevokedError);
    expect(revoked.module).toBe('celery.exceptions');
    const unknown = toTaskError({ type: 'NotRegistered', module: 'celery.exceptions', args: ['lab.add'] }, null);
    expect(unknown).toBeInstanceOf(NotRegistered);
    expect((unknown as NotRegistered).taskName).toBe('lab.add');
    expect(toTaskError({ type: 'toString', module: null, args: [] }, null).name).toBe('toString');
  });

  test('that a task throws on is stored with the same name and arguments', () => {
    const error = toTaskError({ type: 'ValueError', module: 'builtins', args: ['boom', 42] }, traceback);
    expect(toFailure(error, 'lab')).toMatchObject({ type: 'ValueError', module: 'builtins', argsJson: '["boom", 42]' });
  });

  test('can be made by a task, as any Error', () => {
    const { name, message, args, module } = new TaskError('text');
    expect({ name, message, args, module }).toEqual({
      name: 'TaskError',
      message: 'text',
      args: ['text'],
      module: null,
    });
    expect(new TaskRevokedError('expired')).toMatchObject({ name: 'TaskRevokedError', message: 'expired' });
    expect(inspect(new TaskError('text'))).toMatch(/^TaskError: text\n +at /);
    expect(toFailure(new TaskError('text', { args: ['a', 1] }), 'lab')).toMatchObject({
      type: 'TaskError',
      module: 'lab',
      argsJson: '["a", 1]',
    });
  });
});
