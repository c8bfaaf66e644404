import { readFileSync } from 'node:fs';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { BuildOptions } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import type { TemporaryFolder } from '../support/deployment.ts';
import { bundleWithEsbuild, bundleWithVite, createClientFolder, report } from './clients.ts';

/** The names that the registry gives to the tasks. */
const names = {
  first: 'first_plugin.tasks.add',
  again: 'first_plugin.tasks.add',
  arrow: 'first_plugin.tasks.arrow',
  second: 'second_plugin.tasks.add',
};

const registered = reported({ ...names, fixed: 'first-plugin.fixed' });

/** The report of a client to which all names that derive from files are refused with this code. */
function refused(code: string) {
  return reported({ first: code, again: code, arrow: code, second: code, fixed: 'first-plugin.fixed' });
}

/** The report of a client that finds these names, also in signatures, whether its modules have loaded or not. */
function reported(own: Readonly<Record<string, string>>) {
  const signatures = Object.fromEntries(Object.entries(own).map(([key, name]) => [`${key}.s`, name]));
  const found = { ...own, ...signatures };
  return { inPlace: 3, loading: found, loaded: found };
}

/** package.json files of clients: their names and exports must not become names of tasks. */
const manifests: Readonly<Record<string, object>> = {
  'without a name': {},
  'with a name': { name: 'my-client' },
  'that exports its bundle': { name: 'my-client', exports: { '.': './dist/main.js', './cjs': './dist/main.cjs' } },
  'that depends on the library': { name: 'my-client', dependencies: { 'girder-worker': '*', 'first-plugin': '*' } },
};

const library = ['girder-worker', 'girder-worker/*'];

let folders: TemporaryFolder[] = [];
afterEach(() => {
  for (const folder of folders) folder[Symbol.dispose]();
  folders = [];
});

function client(manifest: object = manifests['with a name']!): string {
  const folder = createClientFolder(manifest);
  folders.push(folder);
  return folder.root;
}

const bundles: Readonly<Record<string, BuildOptions>> = {
  'as ES module': {},
  'as minified ES module': { minify: true, keepNames: false },
  'with the names of functions': { minify: true, keepNames: true },
  'as CommonJS module': { format: 'cjs', minify: true },
  'with shared chunks': { splitting: true, minify: true },
};

test('a client that is not bundled sends the names of the registry', async () => {
  expect(await report(`${client()}/main.js`)).toEqual(registered);
});

test.each(Object.entries(bundles))(
  'a client that esbuild bundles %s sends no wrong name, and gets an error with a code',
  async (_, options) => {
    const file = await bundleWithEsbuild(client(manifests['that exports its bundle']), options);
    expect(await report(file)).toEqual(refused('TASK_IN_BUNDLE'));
  },
);

describe.each(Object.entries(manifests))('in a package %s, a client that esbuild bundles', (_, manifest) => {
  test('without the library sends no wrong name, and gets an error with a code', async () => {
    const file = await bundleWithEsbuild(client(manifest), { external: library, minify: true });
    expect(await report(file)).toEqual(refused('MODULE_NOT_IN_PLUGIN'));
  });

  test('without its dependencies sends the names of the registry', async () => {
    const file = await bundleWithEsbuild(client(manifest), { packages: 'external', minify: true });
    expect(await report(file)).toEqual(registered);
  });
});

test('a plugin that bundles tasks of other plugins names those that it exports after its own module, and no others', async () => {
  const root = client({
    name: 'third-plugin',
    exports: { './tasks': './dist/main.js' },
    entry_points: { girder_worker_plugins: ['third = third-plugin:Plugin'] },
  });
  const { loading, loaded } = await report(await bundleWithEsbuild(root, { external: library, minify: true }));
  const exported = {
    first: 'third_plugin.tasks.first',
    again: 'third_plugin.tasks.first',
    second: 'third_plugin.tasks.second',
  };
  expect(loading).toMatchObject({ ...exported, arrow: 'MODULE_NOT_LOADED' });
  expect(loaded).toMatchObject({ ...exported, arrow: 'TASK_NOT_EXPORTED' });
});

test('a client that Vite bundles with all its dependencies sends no wrong name, and gets an error with a code', async () => {
  const file = await bundleWithVite(client(), { noExternal: true });
  expect(await report(file)).toEqual(refused('TASK_IN_BUNDLE'));
});

test('a client that Vite bundles without its dependencies sends the names of the registry', async () => {
  expect(await report(await bundleWithVite(client(), {}))).toEqual(registered);
});

test('a bundled client that imports a task as a type only contains nothing of its plugin, and sends it by name', async () => {
  const root = client();
  const file = await bundleWithEsbuild(root, { entryPoints: ['typed.ts'], minify: true });
  const bundle = readFileSync(file.replace('main.js', 'typed.js'), 'utf8');
  expect(bundle).toContain('first_plugin.tasks.add');
  expect(bundle).not.toContain('first-plugin.fixed');
});

test('a bundled client publishes tasks that have a name, and nothing for a task whose name it cannot derive', async () => {
  const emulators = await startEmulators();
  try {
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const { url } = await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 60, maxReceiveCount: 3 });
    const env = isolatedVariables(process.env, stackVariables(emulators, 'celery'));
    const file = await bundleWithEsbuild(client(), { minify: true });
    expect(await report(file, env)).toMatchObject({ sent: 'TASK_IN_BUNDLE' });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
    const sent = Messages.map(({ Body }) => JSON.parse(Buffer.from(Body!, 'base64').toString()).headers.task);
    expect(sent.toSorted()).toEqual(['first-plugin.fixed', 'first_plugin.tasks.add']);
  } finally {
    await emulators.stop();
  }
});
