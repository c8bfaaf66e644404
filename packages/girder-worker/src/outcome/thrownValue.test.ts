import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePythonJson } from '../kombu/json/pythonJson.ts';
import { toFailure } from './failure.ts';

function throwing(property: string): Error {
  return Object.defineProperty(new Error('kept'), property, {
    get() {
      throw new Error(`${property} cannot be read`);
    },
  });
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const circular: Record<string, unknown> = {};
circular.self = circular;

describe('every thrown value is stored as a failure that can be read', () => {
  test.each<[what: string, thrown: unknown, type: string, text: RegExp]>([
    ['an error whose name cannot be read', throwing('name'), 'Error', /kept/],
    ['an error whose message cannot be read', throwing('message'), 'Error', /cannot be read/],
    ['an error whose stack cannot be read', throwing('stack'), 'Error', /kept/],
    ['an error whose cause cannot be read', throwing('cause'), 'Error', /kept/],
    ['an error whose args cannot be read', throwing('args'), 'Error', /kept/],
    ['an error whose code cannot be read', throwing('code'), 'Error', /kept/],
    ['a revoked proxy of an error', revoked(new Error('x')), 'Error', /Revoked Proxy/],
    ['a revoked proxy of a function', revoked(() => 1), 'Error', /cannot be shown/],
    ['an object without a prototype', Object.create(null), 'Error', /Object: null prototype/],
    ['an object that contains itself', circular, 'Error', /Circular/],
    [
      'an object whose toString throws',
      {
        toString: () => {
          throw new Error('no');
        },
      },
      'Error',
      /toString/,
    ],
    ['a symbol', Symbol('s'), 'Error', /Symbol\(s\)/],
    ['a bigint', 12n, 'Error', /12/],
    ['an error with a message that is no string', Object.assign(new Error('x'), { message: 5 }), 'Error', /5/],
    [
      'an error with args that cannot be stored',
      Object.assign(new Error('x'), { args: [circular] }),
      'Error',
      /Circular/,
    ],
    ['an error that is its own cause', Object.assign(new Error('loop'), { cause: undefined }), 'Error', /loop/],
  ])('%s', (_, thrown, type, text) => {
    const failure = toFailure(thrown, 'm');
    expect(failure.type).toBe(type);
    expect(failure.argsJson).toMatch(text);
    expect(failure.traceback).toMatch(/^Traceback \(most recent call last\):\n/);
  });

  test('two errors that are each other’s cause', () => {
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    expect(toFailure(one, 'm').traceback!.split('direct cause').length).toBeLessThan(30);
  });

  test('an error whose arguments JSON has no literals for', () => {
    const { argsJson } = toFailure(
      Object.assign(new Error('x'), { args: [Number.POSITIVE_INFINITY, Number.NaN] }),
      'm',
    );
    expect(parsePythonJson(argsJson)).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
  });

  test('any value at all', () => {
    const errors = fc
      .record({
        name: fc.anything(),
        message: fc.anything(),
        stack: fc.anything(),
        args: fc.anything(),
        cause: fc.anything(),
      })
      .map((fields) => Object.assign(new Error('x'), fields));
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withNullPrototype: true, withBigInt: true }), errors), (thrown) => {
        const { type, argsJson, traceback } = toFailure(thrown, 'm');
        expect(type).toMatch(/^[\p{L}_][\p{L}\p{N}_]*$/u);
        expect(parsePythonJson(argsJson)).toBeInstanceOf(Array);
        expect(typeof traceback).toBe('string');
      }),
    );
  });
});

describe('the name of an error becomes the name of a class in Python', () => {
  test.each([
    ['AWS.SimpleQueueService.NonExistentQueue', 'NonExistentQueue'],
    ['My Error: no (really)', 'My_Error_no_really_'],
    ['2FAError', '_2FAError'],
    ['Größenfehler', 'Größenfehler'],
    ['', 'Error'],
    ['...', 'Error'],
    ['\u0000\n', 'Error'],
    [`${'x'.repeat(5000)}End`, `${'x'.repeat(197)}End`],
  ])('%j is stored as %s', (name, type) => {
    expect(toFailure(Object.assign(new Error('x'), { name }), 'm').type).toBe(type);
  });
});

describe('a system error', () => {
  const notFound = Object.assign(new Error("ENOENT: no such file or directory, open 'x'"), {
    code: 'ENOENT',
    errno: -2,
    syscall: 'open',
  });

  test('is stored as Python’s class, with its message', () => {
    expect(toFailure(notFound, 'm')).toMatchObject({
      type: 'FileNotFoundError',
      module: 'builtins',
      argsJson: `["ENOENT: no such file or directory, open 'x'"]`,
    });
  });

  test('keeps a name that the task has given it', () => {
    expect(toFailure(Object.assign(new Error('x'), { ...notFound, name: 'ConfigMissing' }), 'm').type).toBe(
      'ConfigMissing',
    );
  });

  test('behind fetch names what failed', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), {
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
    });
    expect(toFailure(new TypeError('fetch failed', { cause }), 'm')).toMatchObject({
      type: 'ConnectionRefusedError',
      argsJson: '["fetch failed: connect ECONNREFUSED 127.0.0.1:9"]',
    });
  });
});
