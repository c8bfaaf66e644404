import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { registryFile } from 'girder-worker/internal/task';
import { describe, expect, test } from 'vitest';
import {
  createDeployment,
  createTemporaryFolder,
  type TemporaryFolder,
} from '../../../../../test/support/deployment.ts';
import { buildRegistry } from '../registry/buildRegistry.ts';
import { writeRegistry } from '../registry/registryFile.ts';
import { bundleFunctions } from './bundle.ts';

const dependencies = ['gwexample', '@gwexample/text-tools', 'importing-each-other', '@aws-sdk/client-dynamodb'];

/** Prints the name of each entry of the registry with the name of the task that it loads. */
const printNames = `
  import { registry } from './registry.generated.ts';
  const names = {};
  for (const [name, { load }] of Object.entries(registry.tasks)) names[name] = (await load()).name;
  console.log(JSON.stringify(names));`;

/** A deployment with a registry, this handler and this thread. */
async function createBuiltDeployment(handler: string, thread = 'export {};'): Promise<TemporaryFolder> {
  const deployment = createDeployment(dependencies, {
    files: { 'functions/dispatcher/handler.ts': handler, 'functions/dispatcher/thread.ts': thread },
  });
  const { text } = await buildRegistry(deployment);
  await writeFile(join(deployment.root, registryFile), text);
  return deployment;
}

/** Runs a module and returns the JSON that it prints. The working directory has no node_modules. */
async function outputOf(file: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: '/' });
  return JSON.parse(stdout);
}

describe('the name of a task', () => {
  test('is the same in the registry, in the bundle and in a program that imports its module', async () => {
    using deployment = await createBuiltDeployment(printNames);
    using bundle = createTemporaryFolder();
    await bundleFunctions({ root: deployment.root, outDir: bundle.root });

    const client = join(deployment.root, 'client.ts');
    await writeFile(
      client,
      `import { cancelable, fibonacci } from 'gwexample/analyses/tasks';
       import { countWords, wordFrequencies } from '@gwexample/text-tools/counting';
       import { joinParagraphs, slugify } from '@gwexample/text-tools/editing';
       import { indexLines } from '@gwexample/text-tools/indexing';
       import { first } from 'importing-each-other/first';
       import { second } from 'importing-each-other/second';
       const tasks = [cancelable, fibonacci, countWords, wordFrequencies, joinParagraphs, slugify, indexLines];
       console.log(JSON.stringify([...tasks, first, second].map((task) => task.name)));`,
    );
    const names = [
      'gwexample.analyses.tasks.cancelable',
      'gwexample.analyses.tasks.fibonacci',
      'gwexample.text_tools.counting.countWords',
      'gwexample.text_tools.counting.wordFrequencies',
      'gwexample.text_tools.editing.joinParagraphs',
      'texttools.slugify',
      'gwexample.text_tools.indexing.indexLines',
      'importing_each_other.first.first',
      'importing_each_other.second.second',
    ];
    const sameEverywhere = Object.fromEntries(names.map((name) => [name, name]));
    expect(await outputOf(client)).toEqual(names);
    expect(await outputOf(join(deployment.root, 'functions/dispatcher/handler.ts'))).toEqual(sameEverywhere);
    expect(await outputOf(join(bundle.root, 'handler.mjs'))).toEqual(sameEverywhere);
  });

  test('is known in a bundle even if its module was first imported by another task module', async () => {
    using deployment = await createBuiltDeployment(`
      import { registry } from './registry.generated.ts';
      const first = await registry.tasks['importing_each_other.first.first'].load();
      console.log(JSON.stringify(first()));`);
    using bundle = createTemporaryFolder();
    await bundleFunctions({ root: deployment.root, outDir: bundle.root });
    expect(await outputOf(join(bundle.root, 'handler.mjs'))).toEqual([
      'importing_each_other.first.first',
      'importing_each_other.second.second',
    ]);
  });
});

describe('a bundle', () => {
  const awsClient = `
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
    const { accessKeyId } = await new DynamoDBClient({ region: 'us-east-1' }).config.credentials();
    console.log(JSON.stringify(accessKeyId));`;

  test('loads the static imports of its entry on start, and a task module only on demand', async () => {
    using deployment = await createBuiltDeployment(printNames, `console.log('a thread');`);
    using bundle = createTemporaryFolder();
    const report = await bundleFunctions({ root: deployment.root, outDir: bundle.root });

    const files = ['handler.mjs', 'thread.mjs', 'control.mjs', 'deadLetters.mjs'];
    const loaded = files.map((file) => {
      const entry = join(bundle.root, file);
      return file === 'thread.mjs' ? eagerFiles(entry) : new Set([entry, ...eagerFiles(mainOf(entry))]);
    });
    const sizes = loaded.map(async (loadedFiles) => (await codeOf(loadedFiles)).length);
    expect(report.entries).toEqual(
      (await Promise.all(sizes)).map((eagerBytes, index) => ({ file: files[index], eagerBytes })),
    );
    const all = await codeFiles(bundle.root);
    expect(report.totalBytes).toBe((await codeOf(all)).length);
    expect((await codeOf(all)).toString()).toContain('countWords');
    expect((await codeOf(loaded[0]!)).toString()).not.toContain('function countWords');
  });

  test('of a deployment without functions of its own has those of the library', async () => {
    using deployment = createDeployment(['gwexample']);
    await writeRegistry(join(deployment.root, registryFile), (await buildRegistry(deployment)).text);
    using bundle = createTemporaryFolder();
    const { entries } = await bundleFunctions({ root: deployment.root, outDir: bundle.root });
    expect(entries.map(({ file }) => file)).toEqual(['handler.mjs', 'thread.mjs', 'control.mjs', 'deadLetters.mjs']);
    for (const file of ['handler.mjs', 'control.mjs', 'deadLetters.mjs'])
      expect(await readFile(join(bundle.root, file), 'utf8')).toContain('export const { handler } = main;');
  });

  test('holds only the files of the latest build', async () => {
    using deployment = await createBuiltDeployment(printNames);
    using bundle = createTemporaryFolder();
    await bundleFunctions({ root: deployment.root, outDir: bundle.root });
    await writeFile(join(deployment.root, 'functions/dispatcher/handler.ts'), 'console.log(1);');
    const { totalBytes } = await bundleFunctions({ root: deployment.root, outDir: bundle.root });
    expect((await codeOf(await codeFiles(bundle.root))).length).toBe(totalBytes);
  });

  test('takes AWS credentials from the environment, and does not contain the code for other sources', async () => {
    using deployment = await createBuiltDeployment(awsClient);
    using bundle = createTemporaryFolder();
    await bundleFunctions({ root: deployment.root, outDir: bundle.root });
    const env = { AWS_ACCESS_KEY_ID: 'from-the-environment', AWS_SECRET_ACCESS_KEY: 'secret' };
    const { stdout } = await promisify(execFile)(process.execPath, [join(bundle.root, 'handler.mjs')], { env });
    expect(JSON.parse(stdout)).toBe('from-the-environment');
    const code = (await codeOf(await codeFiles(bundle.root))).toString();
    expect(code).not.toContain('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  });

  test('is not built if the registry names a module that does not exist, and the error names it', async () => {
    using deployment = await createBuiltDeployment(printNames);
    const registry = join(deployment.root, registryFile);
    await writeFile(
      registry,
      (await readFile(registry, 'utf8')).replaceAll('gwexample/analyses/tasks', 'gwexample/gone'),
    );
    using bundle = createTemporaryFolder();
    const bundling = bundleFunctions({ root: deployment.root, outDir: bundle.root });
    await expect(bundling).rejects.toThrow('gwexample/gone');
  });
});

/** The module that an entry imports when it has checked the version of Node.js. */
function mainOf(entry: string): string {
  return entry.replace(/\.mjs$/, '.main.mjs');
}

async function codeFiles(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith('.mjs')).map((file) => join(folder, file));
}

async function codeOf(files: Iterable<string>): Promise<Buffer> {
  return Buffer.concat(await Promise.all([...files].map((file) => readFile(file))));
}

/** A minified module and its static imports: what Node loads before the first line runs. */
function eagerFiles(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  seen.add(file);
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)"(\.[^"]+)"/g)) {
    const imported = join(dirname(file), specifier);
    if (!seen.has(imported)) eagerFiles(imported, seen);
  }
  return seen;
}
