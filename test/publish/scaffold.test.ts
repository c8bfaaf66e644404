import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolatedVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { PythonSession, pythonEnvironment } from '../interop/pythonSession.ts';
import { latestCelery } from '../interop/versions.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/deployment.ts';
import { type DevProcess, startDevIn } from '../support/devProcess.ts';
import { pythonVenv, requirePython } from '../support/requirements.ts';
import { typeProblems } from './attw.ts';
import { installTimeout, npm, run } from './npm.ts';
import { packPackages } from './packedPackages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The packages of this repository are installed from their tarballs, in folders outside of it: nothing is linked. */
describe('a plugin made by create-girder-worker-plugin', () => {
  let temporary: TemporaryFolder;
  /** The tarball of the library. */
  let library: string;
  let deployment: string;
  let plugin: string;
  let pluginTarball: string;

  beforeAll(async () => {
    temporary = createTemporaryFolder();
    const { root } = temporary;
    const tarballs = await packPackages(path.join(root, 'packages'));
    library = tarballs.get('girder-worker')!;
    deployment = path.join(root, 'deployment');
    await writeDeployment(deployment, tarballs);
    await npm(deployment, 'install');
    // npm finds the installed create-girder-worker-plugin, and does not ask the registry for it.
    await npm(deployment, 'create', 'girder-worker-plugin', '../my-plugin', '--', '--yes');
    plugin = path.join(root, 'my-plugin');
    // As `npm install`, with the tarball in place of the published library.
    await npm(plugin, 'install', '--no-save', library);
  }, installTimeout);

  afterAll(() => temporary?.[Symbol.dispose]());

  /** The path of the command girder-worker of the library that is installed in the deployment. */
  function installedCli(): string {
    const folder = path.join(deployment, 'node_modules/girder-worker');
    const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return path.join(folder, bin['girder-worker']);
  }

  /** Packs the package in this folder. Resolves to the path of the tarball. */
  async function pack(folder: string): Promise<string> {
    await npm(folder, 'pack', '--pack-destination', temporary.root);
    const { name, version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    return path.join(temporary.root, `${name}-${version}.tgz`);
  }

  test('is built, type-checked and tested by npm test', async () => {
    const printed = await npm(plugin, 'test');
    expect(printed).toMatch(/^ℹ pass 5$/m);
    expect(printed).toMatch(/^ℹ fail 0$/m);
  });

  test('is packed with its compiled modules alone, and passes publint and attw', async () => {
    pluginTarball = await pack(plugin);
    const files = await run(temporary.root, 'tar', ['--list', '--file', pluginTarball]);
    expect(files.trim().split('\n').sort()).toEqual([
      'package/README.md',
      'package/lib/index.d.ts',
      'package/lib/index.js',
      'package/lib/tasks.d.ts',
      'package/lib/tasks.js',
      'package/package.json',
    ]);
    const { messages, pkg } = await publint({ pkgDir: plugin, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    expect(await typeProblems(pluginTarball)).toBe('');
  });

  test('is in the registry of a deployment in which its tarball is installed', {
    timeout: installTimeout,
  }, async () => {
    await npm(deployment, 'install', pluginTarball);
    const printed = await run(deployment, process.execPath, [installedCli(), 'build-registry']);
    expect(printed).toContain('my-plugin@0.1.0: 2 tasks\n');
    const registry = await readFile(path.join(deployment, 'functions/dispatcher/registry.generated.ts'), 'utf8');
    expect(registry.match(/"my_plugin\.tasks\.\w+"/g)).toEqual(['"my_plugin.tasks.add"', '"my_plugin.tasks.count"']);
  });

  describe.skipIf(!requirePython())('with an unmodified Celery client', () => {
    let dev: DevProcess;
    let python: PythonSession;

    beforeAll(async () => {
      dev = startDevIn(deployment, installedCli(), ['--sqs-port', '0', '--dynamodb-port', '0']);
      const [executable] = await Promise.all([pythonVenv(latestCelery), dev.printed('\nready\n')]);
      const [sqsEndpoint = '', dynamodbEndpoint = ''] = dev.endpoints();
      const env = pythonEnvironment(isolatedVariables(process.env, {}), { sqsEndpoint, dynamodbEndpoint });
      python = new PythonSession(executable, env);
    }, 300_000);

    afterAll(async () => {
      await python?.end();
      dev?.child.kill('SIGINT');
      await dev?.ended;
    });

    test('runs its tasks, and returns their results', async () => {
      expect(await python.call('scaffolded.add')).toBe(3);
      expect(await python.call('scaffolded.count')).toBe(3);
    });

    test('stops its cancelable task when it is revoked', async () => {
      expect(await python.call('scaffolded.revoke')).toBe('REVOKED');
    });
  });
});

/** Writes the package.json of a deployment without plugins, which installs the packages of this repository from their tarballs. */
async function writeDeployment(folder: string, tarballs: ReadonlyMap<string, string>): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(path.join(repository, 'package.json'), 'utf8'));
  const tarball = (name: string) => ({ [name]: `file:${tarballs.get(name)}` });
  const manifest = {
    private: true,
    type: 'module',
    dependencies: {
      '@aws-lambda-powertools/logger': dependencies['@aws-lambda-powertools/logger'],
      '@middy/core': dependencies['@middy/core'],
      ...tarball('girder-worker'),
    },
    devDependencies: { ...tarball('girder-worker-dev'), ...tarball('create-girder-worker-plugin') },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
}
