import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { summaryLine } from './summaryReporter.ts';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/summary', import.meta.url));

interface Run {
  readonly code: number;
  readonly lastLine: string | undefined;
}

async function run(...files: string[]): Promise<Run> {
  const { stdout, code } = await promisify(execFile)(process.execPath, [vitest, 'run', ...files], {
    cwd: fixtures,
    // Vitest recognises its own workers by these variables. The run under test must not count as one of them.
    env: { ...process.env, VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined },
  }).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  );
  return { code, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

describe('the last line of a test run', () => {
  test('counts the passed tests, and does not mention skipped tests if there are none', async () => {
    expect(await run('passes')).toEqual({ code: 0, lastLine: '2 passed, 0 failed' });
  });

  test('counts skipped tests, and counts a todo as skipped', async () => {
    expect(await run('skips')).toEqual({ code: 0, lastLine: '1 passed, 0 failed, 2 skipped' });
  });

  test('counts a failed test', async () => {
    expect(await run('oneFails')).toEqual({ code: 1, lastLine: '1 passed, 1 failed' });
  });

  test('counts a file that cannot be loaded as failed', async () => {
    expect(await run('passes', 'doesNotLoad')).toEqual({ code: 1, lastLine: '2 passed, 1 failed' });
  });

  test('counts a failed hook as failed, even if no test has run', async () => {
    expect(await run('hookFails')).toEqual({ code: 1, lastLine: '0 passed, 1 failed, 1 skipped' });
  });

  test('counts an error that no test caught as failed', async () => {
    expect(await run('rejectsUnobserved')).toEqual({ code: 1, lastLine: '1 passed, 1 failed' });
  });

  test('contains a failure whenever the run fails, for example if there is no test to run', async () => {
    expect(await run('noSuchFile')).toEqual({ code: 1, lastLine: '0 passed, 1 failed' });
  });
});

test('the summary line mentions skipped tests only if there are some', () => {
  expect(summaryLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summaryLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
