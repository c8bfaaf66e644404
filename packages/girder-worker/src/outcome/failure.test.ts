import { expect, test } from 'vitest';
import { CanvasError } from '../canvas/signatures/errors.ts';
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
  [new CanvasError('NOTHING_TO_RUN', 'x'), 'ImproperlyConfigured', 'celery.exceptions'],
])('the error %s is stored as an exception class that Python can look up', (error, type, module) => {
  expect(toFailure(error, 'gwexample.analyses.tasks')).toMatchObject({ type, module });
});

test('no error name of a task is stored as a class that makes the Python client exit', () => {
  for (const name of ['SystemExit', 'KeyboardInterrupt', 'GeneratorExit']) {
    expect(toFailure(named(name), 'some.tasks').module).toBe('some.tasks');
  }
});

test('the stored arguments are the error’s args, else its message, else none', () => {
  expect(toFailure(new Error('boom'), 'm').argsJson).toBe('["boom"]');
  expect(toFailure(new Error(), 'm').argsJson).toBe('[]');
  expect(toFailure(Object.assign(new Error('boom'), { args: ['boom', 42] }), 'm').argsJson).toBe('["boom", 42]');
});

test('arguments of an error that cannot be serialised are stored as strings', () => {
  expect(toFailure(Object.assign(new Error('x'), { args: [Symbol('s'), 1] }), 'm').argsJson).toBe('["Symbol(s)", "1"]');
});

test('the traceback has Python’s form: the most recent call last, the cause first', () => {
  const error = new TypeError('outer', { cause: named('ZeroDivisionError', 'division by zero') });
  const lines = toFailure(error, 'm').traceback?.split('\n') ?? [];
  expect(lines[0]).toBe('Traceback (most recent call last):');
  expect(lines).toContain('ZeroDivisionError: division by zero');
  expect(lines).toContain('The above exception was the direct cause of the following exception:');
  expect(lines.at(-2)).toBe('TypeError: outer');
  expect(lines.at(-3)).toMatch(/^ {2}File ".*failure\.test\.ts", line \d+, in /);
});

test.each([['text'], [42], [null], [undefined], [{ a: 1 }]])(
  'a thrown value that is no Error (%j) is stored as a failure of type Error',
  (thrown) => {
    expect(toFailure(thrown, 'm')).toMatchObject({
      type: 'Error',
      argsJson: expect.stringContaining('thrown, but not an Error'),
    });
  },
);
