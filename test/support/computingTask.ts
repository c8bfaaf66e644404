import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { App } from '../../packages/girder-worker/src/task/app.ts';
import type { Stack } from './stack.ts';

const cli = fileURLToPath(new URL('../../packages/girder-worker/src/cli/main.ts', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));
const minute = 60_000;

/** A task that has begun, and computes for a minute, unless it is canceled. */
export async function startComputing(app: App) {
  const result = await app.sendTask('gwexample.analyses.tasks.cancelable', [minute]);
  await expect.poll(() => result.state(), { timeout: 10_000 }).toBe('STARTED');
  return result;
}

/** Runs a command of the CLI on a stack, in this repository's folder, and gives what it prints. */
export async function girderWorker({ env }: Pick<Stack, 'env'>, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], { env, cwd: repository });
  return stdout;
}
