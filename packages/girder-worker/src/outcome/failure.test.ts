import { expect, test } from 'vitest';
import { SoftTimeLimitExceeded, TaskRevokedError } from '../task/errors.ts';
import { toFailure } from './failure.ts';

function named(name: string, message = 'text'): Error {
  return Object.assign(new Error(message), { name });
}

test.each([
  [named('ValueError'), 'ValueError', 'builtins'],
  [named('KeyError'), 'KeyError', 'builtins'],
  [new TypeError('x'), 'TypeError', 'builtins'],
  [new RangeError('x'), 'ValueError', 'builtins'],
  [new ReferenceError('x'), 'NameError', 'builtins'],
  [new SyntaxError('x'), 'SyntaxError', 'builtins'],
  [new Error('x'), 'Error', 'gwexample.analyses.tasks'],
  [named('QuotaExceeded'), 'QuotaExceeded', 'gwexample.analyses.tasks'],
  [new TaskRevokedError('revoked'), 'TaskRevokedError', 'celery.exceptions'],
  [new SoftTimeLimitExceeded('x'), 'SoftTimeLimitExceeded', 'billiard.exceptions'],
])('%s is stored as the exception that Python finds', (error, type, module) => {
  expect(toFailure(error, 'gwexample.analyses.tasks')).toMatchObject({ type, module });
});

test('no error of a task makes the Python client exit', () => {
  for (const name of ['SystemExit', 'KeyboardInterrupt', 'GeneratorExit']) {
    expect(toFailure(named(name), 'some.tasks').module).toBe('some.tasks');
  }
});

test('the message is the one argument, an empty one is none, and an error with args keeps them', () => {
  expect(toFailure(new Error('boom'), 'm').argsJson).toBe('["boom"]');
  expect(toFailure(new Error(), 'm').argsJson).toBe('[]');
  expect(toFailure(Object.assign(new Error('boom'), { args: ['boom', 42] }), 'm').argsJson).toBe('["boom", 42]');
});

test('an argument that cannot be serialised is stored as its text', () => {
  expect(toFailure(Object.assign(new Error('x'), { args: [Symbol('s'), 1] }), 'm').argsJson).toBe('["Symbol(s)", "1"]');
});

test('the traceback is in the form of Python: the most recent call last, the cause first', () => {
  const error = new TypeError('outer', { cause: named('ZeroDivisionError', 'division by zero') });
  const lines = toFailure(error, 'm').traceback?.split('\n') ?? [];
  expect(lines[0]).toBe('Traceback (most recent call last):');
  expect(lines).toContain('ZeroDivisionError: division by zero');
  expect(lines).toContain('The above exception was the direct cause of the following exception:');
  expect(lines.at(-2)).toBe('TypeError: outer');
  expect(lines.at(-3)).toMatch(/^ {2}File ".*failure\.test\.ts", line \d+, in /);
});

test.each([['text'], [42], [null], [undefined], [{ a: 1 }]])(
  'what is thrown and is no Error (%j) is a failure all the same',
  (thrown) => {
    expect(toFailure(thrown, 'm')).toMatchObject({
      type: 'Error',
      argsJson: expect.stringContaining('thrown, but not an Error'),
    });
  },
);
