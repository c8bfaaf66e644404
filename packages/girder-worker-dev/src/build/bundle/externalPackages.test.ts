import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import { npmPackages } from '../../../../../test/support/npmPackages.ts';
import {
  createTaskDeployment,
  elfAddon,
  runBundled,
  type TaskDeploymentContent,
} from '../../../../../test/support/taskDeployment.ts';
import { createBundleFolder } from '../../local/bundleFolder.ts';
import { platformOfFile } from '../packages/nativeFile.ts';
import { functionPlatform } from '../packages/platform.ts';
import { type BundleReport, bundleFunctions } from './bundle.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

const addModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0],
  ...[7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11],
);
const usesLib = `import lib from 'lib'; export const task = () => lib;`;

/** The files of a CommonJS package in node_modules. */
function library(name: string, manifest: object, files: Files = { 'index.js': 'module.exports = 1;' }): Files {
  const all = { 'package.json': JSON.stringify({ name, version: '1.0.0', ...manifest }), ...files };
  return Object.fromEntries(Object.entries(all).map(([path, content]) => [`node_modules/${name}/${path}`, content]));
}

/** Bundles a deployment, and passes the folder of the bundle, which is elsewhere. The deployment no longer exists then. */
async function withBundle(
  content: TaskDeploymentContent,
  use: (folder: string, report: BundleReport) => unknown,
): Promise<void> {
  using bundle = createTemporaryFolder();
  let report: BundleReport;
  {
    using deployment = createTaskDeployment(content);
    report = await bundleFunctions({ root: deployment.root, outDir: bundle.root });
  }
  await use(bundle.root, report);
}

function places({ packages }: BundleReport): string[] {
  return packages.map(({ place }) => place);
}

const addon = { 'index.js': 'module.exports = 1;', 'build/lib.node': elfAddon(62) };
describe('a bundle', () => {
  test('contains neither a folder of packages nor one of files if no plugin needs them', async () => {
    await withBundle({ tasks: 'export const task = () => 1;' }, (folder) => {
      expect(readdirSync(folder).filter((name) => !name.endsWith('.map'))).toEqual([
        'chunks',
        'control.main.mjs',
        'control.mjs',
        'deadLetters.main.mjs',
        'deadLetters.mjs',
        'handler.main.mjs',
        'handler.mjs',
        'thread.mjs',
      ]);
    });
  });

  test('does not keep the packages of the build before it', async () => {
    using deployment = createTaskDeployment({ tasks: usesLib, files: library('lib', {}, addon) });
    using bundle = createTemporaryFolder();
    const request = { root: deployment.root, outDir: bundle.root };
    await bundleFunctions(request);
    expect(existsSync(join(bundle.root, 'node_modules/lib'))).toBe(true);
    await rm(join(deployment.root, 'node_modules/lib/build'), { recursive: true });
    await bundleFunctions(request);
    expect(existsSync(join(bundle.root, 'node_modules'))).toBe(false);
  });

  test('runs a CommonJS package that reads its WebAssembly from its own folder, as wasm-bindgen generates it', async () => {
    const index = `
      const bytes = require('fs').readFileSync(require('path').join(__dirname, 'lib_bg.wasm'));
      exports.add = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.add;`;
    const files = library('lib', {}, { 'index.js': index, 'lib_bg.wasm': addModule });
    const tasks = `import { add } from 'lib'; export const task = () => add(19, 23);`;
    await withBundle({ tasks, files }, async (folder) => {
      expect(await runBundled(folder, 'task')).toBe(42);
    });
  });

  test('runs a module that imports a WebAssembly module beside it', async () => {
    const tasks = `import { add } from './add.wasm'; export const task = () => add(19, 23);`;
    await withBundle({ tasks, files: { 'plugin/src/add.wasm': addModule } }, async (folder) => {
      expect(await runBundled(folder, 'task')).toBe(42);
    });
  });

  test('packs what its packages depend on, each of two versions where Node.js finds it', async () => {
    const files = {
      ...library(
        'lib',
        { dependencies: { left: '1', right: '1' } },
        { ...addon, 'index.js': `module.exports = [require('left'), require('right')];` },
      ),
      ...library('left', { dependencies: { shared: '1' } }, { 'index.js': `module.exports = require('shared');` }),
      ...library('right', { dependencies: { shared: '2' } }, { 'index.js': `module.exports = require('shared');` }),
      ...library('shared', { version: '1.0.0' }, { 'index.js': 'module.exports = "one";' }),
      'node_modules/right/node_modules/shared/package.json': '{ "name": "shared", "version": "2.0.0" }',
      'node_modules/right/node_modules/shared/index.js': 'module.exports = "two";',
    };
    await withBundle({ tasks: usesLib, files }, async (folder, report) => {
      expect(await runBundled(folder, 'task')).toEqual(['one', 'two']);
      expect(places(report)).toEqual(
        ['left', 'lib', 'right', 'right/node_modules/shared', 'shared'].map((place) => `node_modules/${place}`),
      );
    });
  });

  test('imports each of two versions of a package with native code', async () => {
    const nested = 'node_modules/other/node_modules/lib';
    const files = {
      ...library('lib', {}, addon),
      ...library('other', { dependencies: { lib: '2' } }, { 'index.js': `module.exports = require('lib');` }),
      [`${nested}/package.json`]: '{ "name": "lib", "version": "2.0.0" }',
      [`${nested}/index.js`]: 'module.exports = 2;',
      [`${nested}/lib.node`]: elfAddon(62),
    };
    const tasks = `import lib from 'lib'; import other from 'other'; export const task = () => [lib, other];`;
    await withBundle({ tasks, files }, async (folder, report) => {
      expect(await runBundled(folder, 'task')).toEqual([1, 2]);
      expect(report.packages.map(({ id, place }) => [place, id])).toEqual([
        ['node_modules/lib', 'lib@1.0.0'],
        ['node_modules/lib@2.0.0', 'lib@2.0.0'],
      ]);
    });
  });

  test('packs the packages that a plugin names, even if only code that the bundler cannot read loads them', async () => {
    const tasks = `
      import { createRequire } from 'node:module';
      export const task = () => createRequire(import.meta.url)('li' + 'b');`;
    const manifest = { girder_worker: { external: ['lib'] } };
    await withBundle({ tasks, manifest, files: library('lib', {}) }, async (folder) => {
      expect(await runBundled(folder, 'task')).toBe(1);
    });
  });

  test('leaves out the native code of other platforms, read from its content and not from its name', async () => {
    const files = library(
      'lib',
      {},
      {
        'index.js': 'module.exports = 1;',
        ...{ 'a.node': elfAddon(62), 'b.node': elfAddon(183), 'c.node': elfAddon(62, 'libc.musl-x86_64.so.1') },
        'd.dylib': Buffer.from('cffaedfe0c000001', 'hex'),
      },
    );
    await withBundle({ tasks: usesLib, files }, (_folder, report) => {
      expect(report.packages[0]?.files).toEqual(['a.node', 'index.js', 'package.json']);
    });
  });

  test('does not find the packages of the deployment when girder-worker dev runs it', async () => {
    const tasks = `
      import { createRequire } from 'node:module';
      export const task = () => createRequire(import.meta.url)('li' + 'b');`;
    using deployment = createTaskDeployment({ tasks, files: library('lib', {}) });
    const outDir = await createBundleFolder();
    try {
      await bundleFunctions({ root: deployment.root, outDir });
      await expect(runBundled(outDir, 'task')).rejects.toThrow("Cannot find module 'lib'");
    } finally {
      await rm(outDir, { recursive: true });
    }
  });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('an addon of a plugin itself', () => {
  test('is loaded by a CommonJS module that requires it, and by the URL of its file', {
    timeout: 120_000,
  }, async () => {
    const packages = await npmPackages({ bufferutil: '4.1.0' });
    const addon = await readFile(join(packages, 'bufferutil/prebuilds/linux-x64/bufferutil.node'));
    const tasks = `
      import { createRequire } from 'node:module';
      import { fileURLToPath } from 'node:url';
      import required from './load.cjs';
      export const byRequire = () => Object.keys(required);
      export const byUrl = () =>
        Object.keys(createRequire('file:///')(fileURLToPath(new URL('./own.node', import.meta.url))));`;
    const files = { 'plugin/src/load.cjs': `module.exports = require('./own.node');`, 'plugin/src/own.node': addon };
    await withBundle({ tasks, files }, async (folder) => {
      expect(await runBundled(folder, 'byRequire')).toEqual(['mask', 'unmask']);
      expect(await runBundled(folder, 'byUrl')).toEqual(['mask', 'unmask']);
    });
  });
});

describe('a package with a package for each platform', { timeout: 120_000 }, () => {
  test('is packed for another architecture with the package for that one, which npm downloads', async () => {
    const packages = await npmPackages({ '@node-rs/crc32': '1.10.8' });
    using deployment = createTaskDeployment({
      tasks: `import { crc32 } from '@node-rs/crc32'; export const task = () => crc32('a');`,
    });
    link(packages, '@node-rs/crc32', deployment.root);
    using bundle = createTemporaryFolder();
    const platform = functionPlatform('arm64');
    const report = await bundleFunctions({ root: deployment.root, outDir: bundle.root, platform });
    expect(report.packages.map(({ id }) => id)).toEqual([
      '@node-rs/crc32@1.10.8',
      '@node-rs/crc32-linux-arm64-gnu@1.10.8',
    ]);
    const file = join(bundle.root, 'node_modules/@node-rs/crc32-linux-arm64-gnu/crc32.linux-arm64-gnu.node');
    expect(platformOfFile(file)).toEqual({ os: 'linux', cpu: 'arm64', libc: 'glibc' });
  });
});

function link(packages: string, name: string, root: string): void {
  const path = join(root, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(packages, name), path, 'dir');
}
