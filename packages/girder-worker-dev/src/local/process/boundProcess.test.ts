import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { killBound, startBound } from './boundProcess.ts';

const computing = path('../fixtures/computingChild.ts');
const kinds: [kind: string, module: string, args: string[]][] = [
  ['that computes', computing, []],
  ['of the emulators', path('../emulators/emulatorProcess.ts'), ['0', '0']],
  ['of a function', path('../lambda/lambdaRuntime.ts'), [path('../fixtures/handler.ts'), 'echo']],
];

describe.each(['started', 'up'])('when its parent is killed as soon as it is %s', (moment) => {
  test.each(kinds)('a bound process %s ends', async (_, module, args) => {
    const parent = spawn(process.execPath, [path('../fixtures/killedParent.ts'), module, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(parent, 'close'); // The parent has exited, and no other process holds its output.
    createInterface({ input: parent.stdout }).on('line', (line) => {
      if (line === moment) parent.kill('SIGKILL');
    });
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});

test('killing a bound process resolves when it has ended, and may be repeated', async () => {
  const child = startBound(computing, { env: process.env, stdio: ['ignore', 'ignore', 'inherit'] });
  await once(child, 'message');
  await killBound(child);
  expect(() => process.kill(child.pid!, 0)).toThrow('ESRCH');
  await killBound(child);
});

function path(module: string): string {
  return fileURLToPath(new URL(module, import.meta.url));
}
