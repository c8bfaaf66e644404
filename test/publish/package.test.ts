import { execFile, spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSource } from '../architecture/imports.ts';
import { readPrinting } from '../support/printingProcess.ts';
import { typeProblems } from './attw.ts';
import { packPackages } from './packedPackages.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The packages that other projects install, with the folder of each in this repository. */
const packages = {
  'girder-worker': 'packages/girder-worker',
  'girder-worker-dev': 'packages/girder-worker-dev',
  'create-girder-worker-plugin': 'packages/create-girder-worker-plugin',
  'girder-worker-tasks': 'plugins/girder-worker-tasks',
  gwexample: 'plugins/gwexample',
  '@gwexample/text-tools': 'plugins/text-tools',
};

let folder: string;
let tarballs: ReadonlyMap<string, string>;
/** The folder of a user's project that has the packages installed, as npm unpacks them. */
let project: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'girder-worker-publish-'));
  project = path.join(folder, 'project');
  tarballs = await packPackages(path.join(folder, 'packages'));
  for (const name of Object.keys(packages)) {
    const installed = installedIn(name);
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', tarballs.get(name)!, '--strip-components=1', '--directory', installed]);
  }
  // The dependencies are those of this repository, found one folder up, so that the test needs no npm registry.
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  await writeFile(path.join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The folder in which the project has this package. */
function installedIn(name: string): string {
  return path.join(project, 'node_modules', name);
}

async function manifestOf(name: string) {
  return JSON.parse(await readFile(path.join(installedIn(name), 'package.json'), 'utf8'));
}

describe.each(Object.entries(packages))('the packed package %s', (name, source) => {
  test('contains JavaScript, declarations, a README and the license, but neither sources nor tests', async () => {
    expect(new Set(await readdir(installedIn(name)))).toEqual(new Set(['LICENSE', 'README.md', 'lib', 'package.json']));
    const files = globSync('lib/**/*.*', { cwd: installedIn(name), exclude: ['lib/deployment'] });
    expect(files.filter((file) => !/\.(js|d\.ts)$/.test(file))).toEqual([]);
    expect(files.filter((file) => /\.(test|arbitrary)\./.test(file))).toEqual([]);
    expect(files).toContain('lib/index.js');
  });

  test('has the same exports as the sources', async () => {
    const manifest = JSON.parse(await readFile(path.join(root, source, 'package.json'), 'utf8'));
    const published = await manifestOf(name);
    expect(Object.keys(published.exports)).toEqual(Object.keys(manifest.exports));
    expect(published.exports['.']).toEqual({ types: './lib/index.d.ts', default: './lib/index.js' });
    expect(published.dependencies).toEqual(manifest.dependencies);
    for (const key of ['private', 'scripts', 'devDependencies']) expect(published).not.toHaveProperty(key);
  });

  test('imports only packages that are in its dependencies', async () => {
    const { dependencies, peerDependencies } = await manifestOf(name);
    const imported = await packagesImportedBy(installedIn(name), globSync('lib/**/*.js', { cwd: installedIn(name) }));
    expect(imported.size).toBeGreaterThan(0);
    expect([...imported].filter((used) => !(used in { ...dependencies, ...peerDependencies }))).toEqual([]);
  });

  test('depends on the packages whose types its public declarations import', async () => {
    const { dependencies, peerDependencies, exports } = await manifestOf(name);
    const doors = Object.values<{ types?: string }>(exports).flatMap(({ types }) => types ?? []);
    const files = await filesBehind(
      installedIn(name),
      doors.map((door) => path.normalize(door)),
    );
    const known = { ...dependencies, ...peerDependencies };
    const missing = [...(await packagesImportedBy(installedIn(name), files))].filter(
      (imported) => !(imported in known || typesOf(imported) in known),
    );
    expect(missing).toEqual([]);
  });

  test('passes publint without messages', async () => {
    const { messages, pkg } = await publint({ pkgDir: installedIn(name), strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('has types that every ES module and bundler resolves', async () => {
    expect(await typeProblems(tarballs.get(name)!)).toBe('');
  });
});

describe('the packed library', () => {
  test('lets a project declare a task and call it as a function', async () => {
    const program = `
      import { GirderWorkerPluginABC } from 'girder-worker';
      import { app } from 'girder-worker/app';
      import { Task } from 'girder-worker/utils';
      const add = app.task({ name: 'project.add' }, function add(a, b) { return this instanceof Task ? a + b : undefined; });
      console.log(add(1, 2), typeof GirderWorkerPluginABC);
    `;
    await writeFile(path.join(project, 'main.mjs'), program);
    expect((await run(process.execPath, ['main.mjs'], { cwd: project })).stdout).toBe('3 function\n');
  });

  test('can be imported through every export', async () => {
    const { exports } = await manifestOf('girder-worker');
    const doors = Object.keys(exports).filter((door) => exports[door].default !== undefined);
    const program = doors.map((door) => `await import('${path.posix.join('girder-worker', door)}');`).join('\n');
    await writeFile(path.join(project, 'doors.mjs'), program);
    await run(process.execPath, ['doors.mjs'], { cwd: project });
    expect(doors).toContain('./app');
  });

  test('provides the types of tasks to a TypeScript project', async () => {
    const program = `
      import { GirderWorkerPluginABC, type App } from 'girder-worker';
      import { app } from 'girder-worker/app';
      import type { Task } from 'girder-worker/utils';
      export const count = app.task(function count(this: Task, to: number): number { return this.canceled ? 0 : to; });
      export const counted: Promise<number> = count.delay(3).then((result) => result.get());
      // @ts-expect-error - the task takes a number
      export const refused = count.delay('three');
      export class Plugin extends GirderWorkerPluginABC {
        constructor(app: App) { super(app); }
        taskImports() { return ['project/tasks']; }
      }
    `;
    await writeFile(path.join(project, 'tasks.ts'), program);
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    const { stdout } = await run(process.execPath, [tsc, ...flags, 'tasks.ts'], { cwd: project }).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });

  test('includes a command that builds the registry of a project from its plugins', async () => {
    await writePlugin(path.join(project, 'node_modules/greeter'));
    await writeFile(path.join(project, 'package.json'), '{ "type": "module", "dependencies": { "greeter": "1.0.0" } }');
    const { bin } = await manifestOf('girder-worker');
    const command = [
      path.join(installedIn('girder-worker'), bin['girder-worker']),
      'build-registry',
      '--out',
      'registry.ts',
    ];
    await run(process.execPath, command, { cwd: project });
    expect(await readFile(path.join(project, 'registry.ts'), 'utf8')).toContain('"greeter.tasks.greet"');
  });
});

async function importsOf(installed: string, file: string): Promise<string[]> {
  const { imports } = readSource(await readFile(path.join(installed, file), 'utf8'));
  return imports.map(({ specifier }) => specifier);
}

/** The npm packages that these files of the package import. */
async function packagesImportedBy(installed: string, files: Iterable<string>): Promise<Set<string>> {
  const imported = new Set<string>();
  for (const file of files) {
    for (const specifier of await importsOf(installed, file)) {
      if (!specifier.startsWith('.') && !specifier.startsWith('node:')) imported.add(packageOf(specifier));
    }
  }
  return imported;
}

/** The declarations and their relative imports, direct and indirect. */
async function filesBehind(
  installed: string,
  declarations: readonly string[],
  seen = new Set<string>(),
): Promise<Set<string>> {
  for (const file of declarations.filter((declaration) => !seen.has(declaration))) {
    seen.add(file);
    const relative = (await importsOf(installed, file)).filter((specifier) => specifier.startsWith('.'));
    const targets = relative.map((target) => path.join(file, '..', target.replace(/\.js$/, '.d.ts')));
    await filesBehind(installed, targets, seen);
  }
  return seen;
}

/** The package of an import specifier: `@aws-sdk/client-sqs` for `@aws-sdk/client-sqs/x`. */
function packageOf(specifier: string): string {
  const [scopeOrName = '', name] = specifier.split('/');
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
}

/** The package of DefinitelyTyped with the types of this package. */
function typesOf(packageName: string): string {
  return `@types/${packageName.replace(/^@/, '').replace('/', '__')}`;
}

/** Writes a plugin in JavaScript, as npm installs it in node_modules. */
async function writePlugin(folder: string): Promise<void> {
  const manifest = {
    name: 'greeter',
    version: '1.0.0',
    type: 'module',
    exports: { '.': './index.js', './tasks': './tasks.js', './package.json': './package.json' },
    entry_points: { girder_worker_plugins: ['greeter = greeter:Greeter'] },
  };
  await mkdir(folder);
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(
    path.join(folder, 'index.js'),
    `import { GirderWorkerPluginABC } from 'girder-worker';
     export class Greeter extends GirderWorkerPluginABC { taskImports() { return ['greeter/tasks']; } }`,
  );
  await writeFile(
    path.join(folder, 'tasks.js'),
    `import { app } from 'girder-worker/app';
     export const greet = app.task(function greet(name) { return 'Hello ' + name; });`,
  );
}

test('the installed girder-worker-dev bundles and serves the page of the dashboard', async () => {
  const token = crypto.randomUUID();
  const cli = path.join(installedIn('girder-worker'), 'lib/cli/main.js');
  const child = spawn(process.execPath, [cli, 'dashboard', '--port', '0'], {
    ...{ cwd: project, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 },
    env: { PATH: process.env.PATH, AWS_REGION: 'us-east-1', GIRDER_WORKER_DASHBOARD_TOKEN: token },
  });
  const { printed, text, ended } = readPrinting(child);
  await printed('Dashboard: ');
  const { origin } = new URL(/http:\S+/.exec(text())![0]);
  const page = await fetch(`${origin}/page.js`, { headers: { authorization: `Bearer ${token}` } });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(page.status).toBe(200);
});
