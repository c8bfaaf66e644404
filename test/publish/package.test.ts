import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the published package', () => {
  let folder: string;
  let dist: string;
  /** A person's project, in which the package lies as npm unpacks it. */
  let project: string;
  let installed: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'girder-worker-publish-'));
    dist = path.join(folder, 'dist');
    project = path.join(folder, 'project');
    installed = path.join(project, 'node_modules/girder-worker');
    await run(process.execPath, [path.join(root, 'scripts/build-packages.mjs'), dist]);
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: dist });
    await mkdir(installed, { recursive: true });
    const { version } = JSON.parse(await readFile(path.join(dist, 'package.json'), 'utf8'));
    const tarball = path.join(folder, `girder-worker-${version}.tgz`);
    await run('tar', ['--extract', '--gzip', '--strip-components=1', '--file', tarball, '--directory', installed]);
    // Its dependencies are found one folder up: those of this repository, so that the test needs no registry.
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    await writeFile(path.join(project, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('holds JavaScript and declarations, a README and the license, and neither sources nor tests', async () => {
    expect(new Set(await readdir(installed))).toEqual(new Set(['LICENSE', 'README.md', 'lib', 'package.json']));
    const files = await readdir(path.join(installed, 'lib'), { recursive: true, withFileTypes: true });
    const names = files.filter((file) => file.isFile()).map((file) => file.name);
    expect(names.filter((name) => !/\.(js|d\.ts)$/.test(name))).toEqual([]);
    expect(names.filter((name) => name.includes('.test.'))).toEqual([]);
    expect(names).toContain('index.js');
  });

  test('has the same doors as the sources', async () => {
    const source = JSON.parse(await readFile(path.join(root, 'packages/girder-worker/package.json'), 'utf8'));
    const published = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    expect(Object.keys(published.exports)).toEqual(Object.keys(source.exports));
    expect(published.exports['.']).toEqual({ types: './lib/index.d.ts', default: './lib/index.js' });
    expect(published.dependencies).toEqual(source.dependencies);
    expect(published).not.toHaveProperty('private');
  });

  test('is found faultless by publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('lets a project declare a task, and call it where it is', async () => {
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

  test('can be imported through every door', async () => {
    const { exports } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    const doors = Object.keys(exports).filter((door) => exports[door].default !== undefined);
    const program = doors.map((door) => `await import('${path.posix.join('girder-worker', door)}');`).join('\n');
    await writeFile(path.join(project, 'doors.mjs'), program);
    await run(process.execPath, ['doors.mjs'], { cwd: project });
    expect(doors).toContain('./app');
  });

  test('tells a TypeScript project the types of its tasks', async () => {
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

  test('brings the command girder-worker', async () => {
    const { bin } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    const { stdout } = await run(process.execPath, [path.join(installed, bin['girder-worker']), '--help']);
    expect(stdout).toContain('girder-worker');
  });
});
