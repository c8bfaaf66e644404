import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createDeployment } from '../../../../../test/support/deployment.ts';
import { elfAddon } from '../../../../../test/support/taskDeployment.ts';
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
  expect(text).toMatch(/\ngwexample@0\.1\.0: its tasks load \d+\.\d KB\n/);
  expect(text).toMatch(/\nThe archive has \d+\.\d KB, compressed \d+\.\d KB\.\n/);
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

test('girder-worker build prints the size of each package and of the files that it packs, for the architecture', async () => {
  using deployment = createDeployment(['gwexample'], {
    files: {
      ...functions,
      'functions/dispatcher/handler.ts': `import 'lib'; export { registry } from './registry.generated.ts';`,
      'node_modules/lib/package.json': '{ "name": "lib", "version": "1.2.3" }',
      'node_modules/lib/index.js': 'module.exports = 1;',
    },
  });
  await writeFile(join(deployment.root, 'node_modules/lib/lib.node'), elfAddon(183));
  const { text, exitCode } = await run('--root', deployment.root, '--architecture', 'arm64');
  expect(text).toMatch(/\nPacked lib@1\.2\.3: 0\.1 KB, 3 files\ngwexample@0\.1\.0: its tasks load /);
  expect(exitCode).toBe(0);
});

test('girder-worker build lists what it cannot pack, without a stack', async () => {
  using deployment = createDeployment(['gwexample'], {
    files: {
      ...functions,
      'functions/dispatcher/handler.ts': `import 'lib'; export { registry } from './registry.generated.ts';`,
      'node_modules/lib/package.json': '{ "name": "lib", "version": "1.2.3", "gypfile": true }',
      'node_modules/lib/index.js': '',
    },
  });
  const { text, exitCode } = await run('--root', deployment.root);
  expect(text).toMatch(/The functions cannot be bundled: 1 fault\.\n1\. \[NATIVE_CODE_MISSING\] lib@1\.2\.3 .*\n$/);
  expect(exitCode).toBe(1);
});
