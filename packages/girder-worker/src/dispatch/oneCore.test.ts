import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('fixtures/oneCore.ts', import.meta.url));

// On one core, as a function of 1769 MB has: `taskset` is a part of Linux.
test.skipIf(process.platform !== 'linux')(
  'of ten tasks in a batch, each of which computes for a fifth of the invocation, some end, and the others return to the queue: none fails',
  () => {
    const command = ['-c', '0', process.execPath, '--no-warnings', script];
    const states = JSON.parse(execFileSync('taskset', command, { encoding: 'utf8' })) as string[];
    expect(states.filter((state) => state === 'FAILURE')).toEqual([]);
    expect(states.filter((state) => state === 'SUCCESS').length).toBeGreaterThanOrEqual(2);
  },
  60_000,
);
