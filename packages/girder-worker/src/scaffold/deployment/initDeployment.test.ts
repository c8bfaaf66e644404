import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../../../../../test/support/deployment.ts';
import { initDeployment } from './initDeployment.ts';
import { deploymentVersions } from './manifest.ts';

const repository = new URL('../../../../../', import.meta.url);

let parent: TemporaryFolder;
let folder: string;
beforeEach(() => {
  parent = createTemporaryFolder();
  folder = join(parent.root, 'image-tasks');
});
afterEach(() => parent[Symbol.dispose]());

function init(options: Partial<Parameters<typeof initDeployment>[0]> = {}) {
  return initDeployment({ folder, name: undefined, force: false, libraryVersion: '1.2.3', ...options });
}

function read(path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

test('the stack is that of this repository, under the name of the folder', async () => {
  const { name, files } = await init();
  expect(name).toBe('image-tasks');
  const own = readFileSync(new URL('serverless.yml', repository), 'utf8');
  expect(read('serverless.yml')).toBe(own.replace('service: girder-worker\n', 'service: image-tasks\n'));
  // The folder infra/localstack belongs to the script `localstack` of this repository.
  const infra = readdirSync(new URL('infra', repository))
    .filter((name) => name !== 'localstack')
    .sort();
  expect(readdirSync(join(folder, 'infra')).sort()).toEqual(infra);
  for (const file of infra)
    expect(read(`infra/${file}`)).toBe(readFileSync(new URL(`infra/${file}`, repository), 'utf8'));
  expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', '.gitignore', 'serverless.yml']));
});

test('the versions of its dependencies are those with which this repository is tested', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8'));
  for (const [name, range] of Object.entries(deploymentVersions)) {
    expect(`^${{ ...dependencies, ...devDependencies }[name]}`).toBe(range);
  }
});

test('an existing package.json keeps all that it says, and gets what it lacks', async () => {
  mkdirSync(folder);
  const existing = {
    name: '@acme/images',
    version: '2.0.0',
    scripts: { build: 'make', test: 'vitest' },
    dependencies: { sharp: '1.0.0', 'girder-worker': '1.0.0' },
    license: 'MIT',
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(existing));
  writeFileSync(join(folder, 'README.md'), '# Images');
  expect((await init()).name).toBe('images');
  const manifest = JSON.parse(read('package.json'));
  expect(manifest).toMatchObject({ ...existing, type: 'module', private: true });
  expect(manifest.scripts.dev).toBe('girder-worker dev');
  expect(manifest.devDependencies['girder-worker-dev']).toBe('^1.2.3');
  expect(read('README.md')).toBe('# Images');
});

test('a file of the stack that exists is not replaced without force, and nothing is written', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'serverless.yml'), 'service: mine\n');
  await expect(init()).rejects.toThrow(/\[FILE_EXISTS\].*has serverless\.yml already\..*--force/);
  expect(readdirSync(folder)).toEqual(['serverless.yml']);
  await init({ force: true });
  expect(read('serverless.yml')).toContain('service: image-tasks\n');
});

test.each(['my tasks', '-tasks', '1tasks', 'a'.repeat(101), 'täsks'])(
  '"%s" is refused as the name of a service',
  async (name) => {
    await expect(init({ name })).rejects.toThrow(/\[NAME_INVALID\]/);
    expect(readdirSync(parent.root)).toEqual([]);
  },
);

test.each(['{ "name": ', '[]', '3'])('a package.json that is %s is refused, and stays', async (text) => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), text);
  await expect(init()).rejects.toThrow(
    /\[MANIFEST_INVALID\] ".*package\.json" cannot be read: .*Mend it, or remove it\./,
  );
  expect(readdirSync(folder)).toEqual(['package.json']);
});
