import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import {
  createTaskDeployment,
  elfAddon,
  type TaskDeploymentContent,
} from '../../../../../test/support/taskDeployment.ts';
import { packageAt } from '../packages/installedPackage.ts';
import { BundleError, type PackFault, type PackFaultCode } from '../packages/packFaults.ts';
import { readPluginSettings } from '../packages/pluginSettings.ts';
import { bundleFunctions } from './bundle.ts';

const nothing = 'export const task = () => 1;';
const usesLib = `import lib from 'lib'; export const task = () => lib;`;

function library(manifest: object, files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const all = {
    'package.json': JSON.stringify({ name: 'lib', version: '1.0.0', ...manifest }),
    'index.js': '',
    ...files,
  };
  return Object.fromEntries(Object.entries(all).map(([path, content]) => [`node_modules/lib/${path}`, content]));
}

const reading = (url: string) => `\nexport const task = () => new URL('${url}', import.meta.url);`;

/** For each code: a deployment with the fault, and what its message says. */
const causes: Readonly<Record<PackFaultCode, TaskDeploymentContent & { readonly says: RegExp }>> = {
  SETTING_UNKNOWN: {
    tasks: nothing,
    manifest: { girder_worker: { externals: ['sharp'] } },
    says: /plugin@1\.0\.0 has the unknown setting 'girder_worker\.externals'.*'girder_worker\.external', 'girder_worker\.files'/,
  },
  SETTING_MALFORMED: {
    tasks: nothing,
    manifest: { girder_worker: { external: 'sharp' } },
    says: /girder_worker\.external in the package\.json of plugin@1\.0\.0 is "sharp"\. It must be a list of texts, such as \["sharp"\]/,
  },
  EXTERNAL_NOT_FOUND: {
    tasks: nothing,
    manifest: { girder_worker: { external: ['missing'] } },
    says: /names 'missing' in girder_worker\.external, which cannot be found: it is not in node_modules.*npm install/,
  },
  EXTERNAL_IS_PLUGIN: {
    tasks: nothing,
    manifest: { girder_worker: { external: ['girder-worker'] } },
    says: /names 'girder-worker' in girder_worker\.external, which contains tasks or is the library/,
  },
  FILES_NOT_FOUND: {
    tasks: nothing,
    manifest: { girder_worker: { files: ['data/*.json'] } },
    says: /names 'data\/\*\.json' in girder_worker\.files, but the package has no such file/,
  },
  FILE_NOT_FOUND: {
    tasks: reading('./data/missing.json'),
    says: /plugin\/src\/tasks\.ts:2 refers to '\.\/data\/missing\.json' by its URL, but \S+\/plugin\/src\/data\/missing\.json does not exist/,
  },
  FILE_OUTSIDE_PACKAGE: {
    tasks: reading('../../shared/model.json'),
    files: { 'shared/model.json': '{}' },
    says: /tasks\.ts:2 refers to '\.\.\/\.\.\/shared\/model\.json', which is outside of the package plugin@1\.0\.0/,
  },
  ADDON_FOR_OTHER_PLATFORM: {
    tasks: `import load from './load.cjs'; export const task = load;`,
    files: {
      'plugin/src/load.cjs': `module.exports = () => require('./own.node');`,
      'plugin/src/own.node': elfAddon(183),
    },
    says: /plugin\/src\/own\.node is compiled for linux-arm64, and the function runs on linux-x64/,
  },
  DEPENDENCY_NOT_FOUND: {
    tasks: usesLib,
    files: library({ dependencies: { needed: '1' } }, { 'lib.node': elfAddon(62) }),
    says: /lib@1\.0\.0, which stays outside of the bundle, depends on 'needed', which cannot be found/,
  },
  PLATFORM_UNSUPPORTED: {
    tasks: usesLib,
    files: library({ optionalDependencies: { 'lib-linux-arm64': '1.0.0', 'lib-darwin-arm64': '1.0.0' } }),
    says: /lib@1\.0\.0 has no native code for linux-x64.*packages for: 'darwin-arm64', 'linux-arm64'/,
  },
  PLATFORM_PACKAGE_UNAVAILABLE: {
    tasks: usesLib,
    files: library({ optionalDependencies: { 'lib-linux-x64': '1.0.0' } }),
    says: /lib@1\.0\.0 needs lib-linux-x64@1\.0\.0 on linux-x64.*npm could not download it: .*ECONNREFUSED.*Build with access to the registry/,
  },
  NATIVE_CODE_FOR_OTHER_PLATFORM: {
    tasks: usesLib,
    files: library(
      {},
      { 'build/lib.node': elfAddon(183), 'prebuilds/darwin-x64/lib.node': Buffer.from('cffaedfe07000001', 'hex') },
    ),
    says: /lib@1\.0\.0 has native code only for 'darwin-x64', 'linux-arm64', and the function runs on linux-x64/,
  },
  NATIVE_CODE_MISSING: {
    tasks: usesLib,
    files: library({ gypfile: true }),
    says: /lib@1\.0\.0 compiles or downloads native code when it is installed, but has none.*npm rebuild on linux-x64/,
  },
  BUNDLE_TOO_LARGE: {
    tasks: usesLib,
    files: library({}, { 'lib.node': elfAddon(62) }),
    says: /would have 3\d\d\.\d MB .*Lambda's limit is 262\.1 MB\. plugin@1\.0\.0 has the largest share: 300\.1 MB\. The largest packages are: lib@1\.0\.0\. Remove packages or files, move the plugin to a deployment of its own/,
  },
};

/** A file that takes no space on the disk. */
function writeSparseFile(file: string, bytes: number): void {
  writeFileSync(file, '');
  truncateSync(file, bytes);
}

describe('the functions are not bundled', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.for(Object.entries(causes))(
    'if there is the fault %s, and the message explains it',
    async ([code, { says, ...content }]) => {
      using deployment = createTaskDeployment(content);
      using bundle = createTemporaryFolder();
      using cache = createTemporaryFolder();
      vi.stubEnv('XDG_CACHE_HOME', cache.root);
      vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1');
      if (code === 'BUNDLE_TOO_LARGE') writeSparseFile(join(deployment.root, 'node_modules/lib/weights'), 300_000_000);
      const error = await bundleFunctions({ root: deployment.root, outDir: bundle.root }).catch(
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof BundleError)) throw new Error('The functions were bundled.', { cause: error });
      expect(error.faults.map((fault) => fault.code)).toEqual([code]);
      expect(error.message).toMatch(says);
      expect(readdirSync(bundle.root)).toEqual([]); // Nothing is written.
    },
  );

  test('if there are several faults, and all are listed at once', async () => {
    using deployment = createTaskDeployment({
      tasks: reading('./missing.json') + usesLib.replace('task', 'other'),
      manifest: { girderWorker: {}, girder_worker: { files: ['../secret', 5], external: ['missing'] } },
      files: library({ gypfile: true }),
    });
    using bundle = createTemporaryFolder();
    const error = await bundleFunctions({ root: deployment.root, outDir: bundle.root }).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as BundleError).faults.map((fault) => fault.code).sort()).toEqual(
      ['SETTING_UNKNOWN', 'SETTING_MALFORMED', 'EXTERNAL_NOT_FOUND', 'FILE_NOT_FOUND', 'NATIVE_CODE_MISSING'].sort(),
    );
    expect((error as BundleError).message).toMatch(/^The functions cannot be bundled: 5 faults\.\n1\. \[/);
  });
});

test.each(['../secret', '/etc/passwd', 'a/../../b', 'C:/secret'])(
  'a plugin cannot name files outside of its package, such as %s',
  async (pattern) => {
    using deployment = createTaskDeployment({ tasks: nothing, manifest: { girder_worker: { files: [pattern] } } });
    const faults: PackFault[] = [];
    readPluginSettings(packageAt(join(deployment.root, 'plugin'))!, faults);
    expect(faults).toMatchObject([{ code: 'SETTING_MALFORMED', key: 'girder_worker.files' }]);
  },
);

test('a package without native code is packed if a plugin names it as external, because it may work without', async () => {
  using deployment = createTaskDeployment({
    tasks: usesLib,
    manifest: { girder_worker: { external: ['lib'] } },
    files: library({ gypfile: true }),
  });
  using bundle = createTemporaryFolder();
  const { packages } = await bundleFunctions({ root: deployment.root, outDir: bundle.root });
  expect(packages.map(({ id }) => id)).toEqual(['lib@1.0.0']);
});

test('a package without native code is a warning if its importer works without it, as its package.json says', async () => {
  using deployment = createTaskDeployment({
    tasks: `import user from 'user'; export const task = () => user;`,
    files: {
      ...library({ gypfile: true }),
      'node_modules/user/package.json': JSON.stringify({
        ...{ name: 'user', version: '1.0.0', peerDependencies: { lib: '1' } },
        peerDependenciesMeta: { lib: { optional: true } },
      }),
      'node_modules/user/index.js': `try { require('lib'); } catch {}`,
    },
  });
  using bundle = createTemporaryFolder();
  const { packages, warnings } = await bundleFunctions({ root: deployment.root, outDir: bundle.root });
  expect(packages.map(({ id }) => id)).toEqual(['lib@1.0.0']);
  expect(warnings).toEqual([expect.stringMatching(/^lib@1\.0\.0 compiles or downloads native code/)]);
});
