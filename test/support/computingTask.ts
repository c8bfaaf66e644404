import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { App } from '../../packages/girder-worker/src/task/app.ts';
import type { Stack } from './stack.ts';

const cli = fileURLToPath(new URL('../../packages/girder-worker/src/cli/main.ts', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));
const minute = 60_000;

/** Sends a task that computes for a minute unless it is canceled. Resolves to its result when it has started. */
export async function startComputing(app: App) {
  const result = await app.sendTask('gwexample.analyses.tasks.cancelable', [minute]);
  await untilActive(app, result.id);
  return result;
}

/** Resolves when a worker has claimed the task. */
export async function untilActive(app: App, id: string): Promise<void> {
  const phase = async () => (await app.control.inspect().queryTask(id)).get(id)?.[0];
  await expect.poll(phase, { timeout: 10_000 }).toBe('active');
}

/** Runs a command of the CLI on a stack, in the folder of this repository. Resolves to what it prints to stdout. */
export async function girderWorker({ env }: Pick<Stack, 'env'>, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args], { env, cwd: repository });
  return stdout;
}
