import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../fixtures/memory/manyTasks.ts', import.meta.url));

/** What a worker may keep of a task that has ended: nothing. V8 keeps compiled code, whose size varies. */
const maxBytesPerTask = 40;

test('the heap of a worker is as large after 8,000 short tasks as after 2,000', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, '2000', '8000']);
  const [before, after] = JSON.parse(stdout) as [number, number];
  expect((after - before) / 6000).toBeLessThan(maxBytesPerTask);
});
