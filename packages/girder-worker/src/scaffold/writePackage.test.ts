import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../../../../test/support/deployment.ts';
import { writePackage } from './writePackage.ts';

const files = new Map([
  ['package.json', 'new'],
  ['src/index.ts', 'new'],
  ['src/tasks.ts', 'new'],
]);

let parent: TemporaryFolder;
let folder: string;
beforeEach(() => {
  parent = createTemporaryFolder();
  folder = join(parent.root, 'my-plugin');
});
afterEach(() => parent[Symbol.dispose]());

/** The files below a folder with their texts. */
async function contentOf(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    paths.map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')] as const),
  );
  return Object.fromEntries(texts.sort());
}

const written = Object.fromEntries(files);

test('creates the folder and its parents, with the permissions of a new folder', async () => {
  const deep = join(parent.root, 'a/b/my-plugin');
  await writePackage(files, deep);
  expect(await contentOf(deep)).toEqual(written);
  expect(await readdir(join(parent.root, 'a/b'))).toEqual(['my-plugin']);
  await mkdir(join(parent.root, 'plain'));
  expect((await stat(deep)).mode).toBe((await stat(join(parent.root, 'plain'))).mode);
});

test('fills a folder that is empty but for .git, and keeps the folder itself', async () => {
  await mkdir(join(folder, '.git'), { recursive: true });
  const { ino } = await stat(folder);
  await writePackage(files, folder);
  expect(await contentOf(folder)).toEqual(written);
  expect((await stat(folder)).ino).toBe(ino);
});

test('refuses a folder that is not empty, and changes nothing', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await expect(writePackage(files, folder)).rejects.toThrow(
    `[FOLDER_NOT_EMPTY] the folder "${folder}" is not empty: it contains "notes.txt". Name another folder, or add --force`,
  );
  expect(await contentOf(parent.root)).toEqual({ 'my-plugin/notes.txt': 'mine' });
});

test('with force, replaces files of the same path and keeps the others', async () => {
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'package.json'), 'mine');
  await writeFile(join(folder, 'src/notes.txt'), 'mine');
  await writePackage(files, folder, { force: true });
  expect(await contentOf(folder)).toEqual({ ...written, 'src/notes.txt': 'mine' });
  expect(await readdir(parent.root)).toEqual(['my-plugin']);
});

test('with force, a link is replaced, not the file that it points to', async () => {
  await mkdir(folder);
  await writeFile(join(parent.root, 'outside'), 'mine');
  await symlink(join(parent.root, 'outside'), join(folder, 'package.json'));
  await writePackage(files, folder, { force: true });
  expect(await readFile(join(parent.root, 'outside'), 'utf8')).toBe('mine');
});

test('restores everything if a file cannot be moved', async () => {
  await mkdir(join(folder, 'src/tasks.ts'), { recursive: true });
  await writeFile(join(folder, 'src/tasks.ts/mine'), 'mine');
  await writeFile(join(folder, 'package.json'), 'mine');
  await expect(writePackage(files, folder, { force: true })).rejects.toThrow(/\[FOLDER_NOT_WRITABLE\].*is a folder/);
  expect(await contentOf(parent.root)).toEqual({
    'my-plugin/package.json': 'mine',
    'my-plugin/src/tasks.ts/mine': 'mine',
  });
});

test('leaves nothing behind if a file cannot be written', async () => {
  const impossible = new Map([...files, ['package.json/x', 'a file in a file']]);
  await expect(writePackage(impossible, folder)).rejects.toThrow('[FOLDER_NOT_WRITABLE]');
  expect(await readdir(parent.root)).toEqual([]);
});

test('refuses a folder that is a file, or lies in one', async () => {
  await writeFile(folder, 'mine');
  await expect(writePackage(files, folder)).rejects.toThrow('[FOLDER_NOT_WRITABLE]');
  await expect(writePackage(files, join(folder, 'x'), { force: true })).rejects.toThrow('[FOLDER_NOT_WRITABLE]');
  expect(await contentOf(parent.root)).toEqual({ 'my-plugin': 'mine' });
});
