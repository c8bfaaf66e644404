import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createDeployment } from '../../../../../test/support/deployment.ts';
import { buildCommand } from './build.ts';

afterEach(() => {
  process.exitCode = undefined;
});

async function run(...args: string[]): Promise<{ text: string; exitCode: number }> {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  process.exitCode = undefined;
  await buildCommand().configureOutput({ writeOut: write, writeErr: write }).parseAsync(args, { from: 'user' });
  return { text, exitCode: Number(process.exitCode ?? 0) };
}

const functions = {
  'functions/dispatcher/handler.ts': `export { registry } from './registry.generated.ts';`,
  'functions/dispatcher/thread.ts': 'export {};',
};

test('girder-worker build writes the registry and the bundle, and prints its sizes', async () => {
  using deployment = createDeployment(['gwexample'], { files: functions });
  const { text, exitCode } = await run('--root', deployment.root);
  expect(text).toMatch(/Wrote .*registry\.generated\.ts/);
  expect(text).toMatch(/\.build\/dispatcher\/handler\.mjs: \d+\.\d KB loaded on a cold start\n/);
  expect(text).toMatch(/\.build\/dispatcher\/thread\.mjs: \d+\.\d KB loaded on a cold start\n/);
  expect(text).toMatch(/Bundled \d+\.\d KB in \d+ ms\.\n$/);
  expect(exitCode).toBe(0);
  await access(join(deployment.root, '.build/dispatcher/handler.mjs'));
});

test('girder-worker build writes no bundle if a plugin has a fault', async () => {
  using deployment = createDeployment(['export-missing'], { files: functions });
  const { text, exitCode } = await run('--root', deployment.root);
  expect(text).toContain('[EXPORT_MISSING]');
  expect(exitCode).toBe(1);
  await expect(access(join(deployment.root, '.build'))).rejects.toThrow('ENOENT');
});
