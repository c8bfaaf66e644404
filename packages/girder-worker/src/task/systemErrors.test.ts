import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { matchesError } from './options.ts';
import { systemErrorClasses } from './systemErrors.ts';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('It threw nothing.');
}

const nowhere = join(tmpdir(), 'girder-worker-no-such-file');

describe('an error of Node.js has the classes that Python raises for the same', () => {
  test.each<[what: string, act: () => unknown, classes: readonly string[]]>([
    ['reading a file that does not exist', () => readFileSync(nowhere), ['FileNotFoundError', 'OSError']],
    ['reading a folder', () => readFileSync(tmpdir()), ['IsADirectoryError', 'OSError']],
    ['listing a file', () => readdirSync(process.execPath), ['NotADirectoryError', 'OSError']],
    ['making a folder that exists', () => mkdirSync(tmpdir()), ['FileExistsError', 'OSError']],
    ['a program that does not exist', () => execFileSync(nowhere), ['FileNotFoundError', 'OSError']],
    ['a name that is too long', () => rmdirSync('x'.repeat(5000)), ['OSError']],
    ['a process that does not exist', () => process.kill(2 ** 22 + 1, 0), ['ProcessLookupError', 'OSError']],
  ])('%s', (_, act, classes) => {
    expect(systemErrorClasses(thrownBy(act))).toEqual(classes);
  });

  test('a connection that is refused, also behind fetch', async () => {
    const refused = ['ConnectionRefusedError', 'ConnectionError', 'OSError'];
    const error = await new Promise((resolve) => connect(1, '127.0.0.1').on('error', resolve));
    expect(systemErrorClasses(error)).toEqual(refused);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const thrown = await fetch(`http://127.0.0.1:${port}`).catch((reason: unknown) => reason);
    expect(systemErrorClasses(thrown)).toEqual(refused);
    const several = Object.assign(new TypeError('fetch failed'), { cause: new AggregateError([error]) });
    expect(systemErrorClasses(several)).toEqual(refused);
  });
});

test.each<[what: string, error: unknown]>([
  ['an error with a code of its own', Object.assign(new Error('x'), { code: 'ENOENT' })],
  ['an error of an HTTP client', Object.assign(new Error('x'), { code: 'ERR_BAD_REQUEST', errno: 3 })],
  ['an object that looks like one', { code: 'ENOENT', errno: -2, syscall: 'open' }],
  ['a TypeError of the task', new TypeError('fetch failed: my own')],
  ['null', null],
])('%s is no system error', (_, error) => {
  expect(systemErrorClasses(error)).toEqual([]);
});

test('a system error matches the names of its class and of its bases, as in Python', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    errno: -111,
    syscall: 'connect',
  });
  for (const name of ['ConnectionRefusedError', 'ConnectionError', 'OSError', 'Error'])
    expect(matchesError(error, [name])).toBe(true);
  for (const name of ['TimeoutError', 'FileNotFoundError', 'ValueError'])
    expect(matchesError(error, [name])).toBe(false);
});
