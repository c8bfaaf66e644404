import { execFile } from 'node:child_process';
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
import { typeProblems } from './attw.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the published package', () => {
  let folder: string;
  let dist: string;
  let tarball: string;
  /** The folder of a user's project that has the package installed, as npm unpacks it. */
  let project: string;
  let installed: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'girder-worker-publish-'));
    dist = path.join(folder, 'packages/girder-worker');
    project = path.join(folder, 'project');
    installed = path.join(project, 'node_modules/girder-worker');
    await run(process.execPath, [path.join(root, 'scripts/build-packages.mjs'), path.join(folder, 'packages')]);
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: dist });
    await mkdir(installed, { recursive: true });
    const { version } = JSON.parse(await readFile(path.join(dist, 'package.json'), 'utf8'));
    tarball = path.join(folder, `girder-worker-${version}.tgz`);
    await run('tar', ['--extract', '--gzip', '--strip-components=1', '--file', tarball, '--directory', installed]);
    // The dependencies are those of this repository, found one folder up, so that the test needs no npm registry.
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    await writeFile(path.join(project, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function importsOf(file: string): Promise<string[]> {
    const { imports } = readSource(await readFile(path.join(installed, file), 'utf8'));
    return imports.map(({ specifier }) => specifier);
  }

  /** The npm packages that these files of the package import. */
  async function packagesImportedBy(files: Iterable<string>): Promise<Set<string>> {
    const imported = new Set<string>();
    for (const file of files) {
      for (const specifier of await importsOf(file)) {
        if (!specifier.startsWith('.') && !specifier.startsWith('node:')) imported.add(packageOf(specifier));
      }
    }
    return imported;
  }

  /** The declarations and their relative imports, direct and indirect. */
  async function filesBehind(declarations: readonly string[], seen = new Set<string>()): Promise<Set<string>> {
    for (const file of declarations.filter((declaration) => !seen.has(declaration))) {
      seen.add(file);
      const relative = (await importsOf(file)).filter((specifier) => specifier.startsWith('.'));
      const targets = relative.map((target) => path.join(file, '..', target.replace(/\.js$/, '.d.ts')));
      await filesBehind(targets, seen);
    }
    return seen;
  }

  test('contains JavaScript, declarations, a README and the license, but neither sources nor tests', async () => {
    expect(new Set(await readdir(installed))).toEqual(new Set(['LICENSE', 'README.md', 'lib', 'package.json']));
    const files = await readdir(path.join(installed, 'lib'), { recursive: true, withFileTypes: true });
    const names = files.filter((file) => file.isFile()).map((file) => file.name);
    expect(names.filter((name) => !/\.(js|d\.ts)$/.test(name))).toEqual([]);
    expect(names.filter((name) => /\.(test|arbitrary)\./.test(name))).toEqual([]);
    expect(names).toContain('index.js');
  });

  test('has the same exports as the sources', async () => {
    const source = JSON.parse(await readFile(path.join(root, 'packages/girder-worker/package.json'), 'utf8'));
    const published = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    expect(Object.keys(published.exports)).toEqual(Object.keys(source.exports));
    expect(published.exports['.']).toEqual({ types: './lib/index.d.ts', default: './lib/index.js' });
    expect(published.dependencies).toEqual(source.dependencies);
    expect(published).not.toHaveProperty('private');
  });

  test('imports only packages that are in its dependencies', async () => {
    const { dependencies } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    const files = globSync('lib/**/*.js', { cwd: installed });
    const imported = [...(await packagesImportedBy(files))];
    expect(imported).toContain('commander');
    expect(imported.filter((name) => !(name in dependencies))).toEqual([]);
  });

  test('depends on the packages whose types its public declarations import', async () => {
    const { dependencies, exports } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    const doors = Object.values<{ types?: string }>(exports).flatMap(({ types }) => types ?? []);
    const files = await filesBehind(doors.map((door) => path.normalize(door)));
    const missing = [...(await packagesImportedBy(files))].filter(
      (imported) => !(imported in dependencies || typesOf(imported) in dependencies),
    );
    expect(missing).toEqual([]);
  });

  test('passes publint without messages', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('has types that every ES module and bundler resolves', async () => {
    expect(await typeProblems(tarball)).toBe('');
  });

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
    const { exports } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
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
    const { bin } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    const command = [path.join(installed, bin['girder-worker']), 'build-registry', '--out', 'registry.ts'];
    await run(process.execPath, command, { cwd: project });
    expect(await readFile(path.join(project, 'registry.ts'), 'utf8')).toContain('"greeter.tasks.greet"');
  });
});

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
