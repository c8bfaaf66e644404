import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import type { Target } from './target.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Returns an app whose client uses a target. */
export function clientOf({ env }: Target): App {
  return new App(createTaskClient(env));
}

/** Resolves to what a task returned; rejects with its error, or after a minute. */
export async function taskResult(target: Target, id: string): Promise<unknown> {
  return clientOf(target).AsyncResult(id).get({ timeoutMs: 60_000 });
}

/** Declares tests of the TypeScript client and of the command line. `target` returns what a hook has started before. */
export function testTypescriptClient(target: () => Target): void {
  async function run(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env: target().env });
    return stdout;
  }

  test('the example client in TypeScript prints the result of its task', async () => {
    expect(await run('examples/example_client.ts')).toBe('121393\n');
  }, 90_000);

  test('girder-worker call prints the result of a task', async () => {
    const cli = 'packages/girder-worker/src/cli/main.ts';
    expect(await run(cli, 'call', 'labtasks.keywords', '--kwargs', '{"x": [1, null]}')).toBe('{"x": [1, null]}\n');
  }, 90_000);

  test('a TypeScript client reads the error of a task that failed', async () => {
    const result = await clientOf(target()).sendTask('labtasks.raises', ['boom']);
    await expect(result.get({ timeoutMs: 60_000 })).rejects.toMatchObject({ name: 'ValueError', args: ['boom', 42] });
  }, 90_000);
}
