import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import type { GirderDocument, Transform } from '../girderApi.ts';
import type { GirderUnderTest } from '../girderUnderTest.ts';
import type { Scenario } from './scenario.ts';

/** Resolves to a folder that only the administrator may read. */
function folderFor(girder: GirderUnderTest, name: string): Promise<GirderDocument> {
  return girder.api.createTopFolder(`${name} ${girder.server.version}`);
}

function transform(name: Transform['transform'], args: readonly unknown[] = [], kwargs = {}): Transform {
  return { transform: name, args, kwargs };
}

/** Resolves to the text of the result of a task that must succeed. */
async function returned(girder: GirderUnderTest, taskId: string): Promise<string> {
  const result = await girder.resultOf(taskId);
  expect(result).toMatchObject({ state: 'SUCCESS' });
  return result.result;
}

/** Returns the value of a field in Python's `repr` of a dict. */
function fieldOf(repr: string, field: string): string {
  return new RegExp(`'${field}': '([^']*)'`).exec(repr)?.[1] ?? '';
}

/** Resolves to the names and texts of the files of an item. */
async function textsOf({ api }: GirderUnderTest, itemId: string): Promise<Record<string, string>> {
  const files = await api.filesOf(itemId);
  const texts = files.map(async ({ _id, name }) => [String(name), await api.readFile(_id)] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** Arguments that the worker downloads before the task runs. */
export const downloads: readonly Scenario[] = [
  {
    sentence: 'a task gets the local path of a file of Girder, which is removed after the run',
    async run(girder) {
      const folder = await folderFor(girder, 'file argument');
      const item = await girder.api.createItem(folder._id, 'item');
      const file = await girder.api.createFile(item._id, 'a.txt', 'content of a');
      const { taskId } = await girder.send({ task: 'file_text', args: [transform('GirderFileId', [file._id])] });
      const value = await returned(girder, taskId);
      expect(fieldOf(value, 'text')).toBe('content of a');
      expect(fieldOf(value, 'path')).toMatch(new RegExp(`/${file._id}$`));
      expect(existsSync(fieldOf(value, 'path'))).toBe(false);
    },
  },
  {
    sentence: 'a keyword argument, and an element of a list, can be a file of Girder',
    async run(girder) {
      const folder = await folderFor(girder, 'keyword argument');
      const item = await girder.api.createItem(folder._id, 'item');
      const file = await girder.api.createFile(item._id, 'a.txt', 'x'.repeat(3_000_000));
      const fileId = transform('GirderFileId', [file._id]);
      const { taskId } = await girder.send({ task: 'file_length', kwargs: { path: fileId } });
      expect(await returned(girder, taskId)).toBe('3000000');
      const listed = await girder.send({ task: 'echo', args: [[fileId]] });
      expect(await returned(girder, listed.taskId)).toMatch(new RegExp(`^\\['/.*/${file._id}'\\]$`));
    },
  },
  {
    sentence: 'a task gets the local folder with the files of an item of Girder, which is removed after the run',
    async run(girder) {
      const folder = await folderFor(girder, 'item argument');
      const item = await girder.api.createItem(folder._id, 'item');
      await girder.api.createFile(item._id, 'a.txt', 'content of a');
      await girder.api.createFile(item._id, 'b.txt', 'content of b');
      const { taskId } = await girder.send({ task: 'folder_texts', args: [transform('GirderItemId', [item._id])] });
      const value = await returned(girder, taskId);
      expect(value).toContain("{'a.txt': 'content of a', 'b.txt': 'content of b'}");
      expect(existsSync(fieldOf(value, 'path'))).toBe(false);
    },
  },
  {
    // Without a name of its own, GirderClient would make it a file.
    sentence: 'an item whose only file has the name of the item is a local folder, too',
    async run(girder) {
      const folder = await folderFor(girder, 'item with one file');
      const item = await girder.api.createItem(folder._id, 'same.txt');
      await girder.api.createFile(item._id, 'same.txt', 'the only file');
      const { taskId } = await girder.send({ task: 'folder_texts', args: [transform('GirderItemId', [item._id])] });
      const value = await returned(girder, taskId);
      expect(value).toContain("{'same.txt': 'the only file'}");
      expect(fieldOf(value, 'path')).toMatch(new RegExp(`/${item._id}$`));
    },
  },
  {
    sentence: 'the client of a task downloads a folder of Girder with the token of its message',
    async run(girder) {
      const folder = await folderFor(girder, 'downloaded folder');
      const subfolder = await girder.api.createFolder(folder._id, 'sub');
      const first = await girder.api.createItem(folder._id, 'a.txt');
      await girder.api.createFile(first._id, 'a.txt', 'content of a');
      const second = await girder.api.createItem(subfolder._id, 'b');
      await girder.api.createFile(second._id, 'b1.txt', 'content of b1');
      await girder.api.createFile(second._id, 'b2.txt', 'content of b2');
      const { taskId } = await girder.send({
        task: 'download_folder',
        args: [folder._id],
        options: { girder_client_token: await girder.api.createToken('core.data.read') },
      });
      expect(await returned(girder, taskId)).toBe(
        "{'a.txt': 'content of a', 'sub/b/b1.txt': 'content of b1', 'sub/b/b2.txt': 'content of b2'}",
      );
    },
  },
  {
    sentence: 'a task whose file does not exist in Girder does not run, and fails',
    async run(girder) {
      const missing = transform('GirderFileId', ['0123456789abcdef01234567']);
      const { taskId, jobId } = await girder.send({ task: 'file_length', args: [missing] });
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'FAILURE' });
      expect(await girder.jobAt(jobId, 3, 4, 5)).toMatchObject({ status: 4 });
    },
  },
];

/** What the worker does with the value that a task returns. */
export const resultHooks: readonly Scenario[] = [
  {
    sentence: 'a result hook uploads the file of a task to an item, and removes the local file',
    async run(girder) {
      const folder = await folderFor(girder, 'upload to item');
      const item = await girder.api.createItem(folder._id, 'item');
      const { taskId, jobId } = await girder.send({
        task: 'produce',
        args: [{ 'report.txt': 'the report' }],
        options: { girder_result_hooks: [transform('GirderUploadToItem', [item._id], { delete_file: true })] },
      });
      expect(await returned(girder, taskId)).toBe(`'${item._id}'`);
      expect(await textsOf(girder, item._id)).toEqual({ 'report.txt': 'the report' });
      await girder.jobAt(jobId, 3);
      const [, produced = ''] = /^produced in (.*)$/m.exec(await girder.api.logOf(jobId)) ?? [];
      expect(produced).not.toBe('');
      expect(existsSync(`${produced}/report.txt`)).toBe(false);
    },
  },
  {
    sentence: 'a result hook uploads the file of a task to a folder',
    async run(girder) {
      const folder = await folderFor(girder, 'upload to folder');
      const { taskId } = await girder.send({
        task: 'produce',
        args: [{ 'report.txt': 'the report' }],
        options: { girder_result_hooks: [transform('GirderUploadToFolder', [folder._id])] },
      });
      expect(await returned(girder, taskId)).toBe(`'${folder._id}'`);
      const [item, ...others] = await girder.api.itemsOf(folder._id);
      expect(others).toEqual([]);
      expect(await textsOf(girder, item!._id)).toEqual({ 'report.txt': 'the report' });
    },
  },
  {
    sentence: 'a result hook uploads a folder with its subfolders',
    async run(girder) {
      const folder = await folderFor(girder, 'upload of a folder');
      const { taskId } = await girder.send({
        task: 'produce',
        args: [{ 'a.txt': 'content of a', 'sub/b.txt': 'content of b' }],
        kwargs: { as_folder: true },
        options: { girder_result_hooks: [transform('GirderUploadToFolder', [folder._id])] },
      });
      expect(await returned(girder, taskId)).toBe(`'${folder._id}'`);
      const [item] = await girder.api.itemsOf(folder._id);
      expect(await textsOf(girder, item!._id)).toEqual({ 'a.txt': 'content of a' });
      const [subfolder] = await girder.api.foldersOf(folder._id);
      expect(subfolder?.name).toBe('sub');
      const [inner] = await girder.api.itemsOf(subfolder!._id);
      expect(await textsOf(girder, inner!._id)).toEqual({ 'b.txt': 'content of b' });
    },
  },
  {
    sentence: 'the second of two result hooks gets the second of the returned values',
    async run(girder) {
      const folder = await folderFor(girder, 'two hooks');
      const items = [
        await girder.api.createItem(folder._id, 'first'),
        await girder.api.createItem(folder._id, 'second'),
      ] as const;
      const { taskId } = await girder.send({
        task: 'produce',
        args: [{ 'a.txt': 'content of a', 'b.txt': 'content of b' }],
        options: { girder_result_hooks: items.map(({ _id }) => transform('GirderUploadToItem', [_id])) },
      });
      expect(await returned(girder, taskId)).toBe(`['${items[0]._id}', '${items[1]._id}']`);
      expect(await textsOf(girder, items[0]._id)).toEqual({ 'a.txt': 'content of a' });
      expect(await textsOf(girder, items[1]._id)).toEqual({ 'b.txt': 'content of b' });
    },
  },
  {
    // Girder itself has no route for it: the route is that of the plugin of the tests.
    sentence: 'a result hook uploads the file of a task to the job of the task',
    async run(girder) {
      const { taskId, jobId } = await girder.send({
        task: 'produce',
        args: [{ 'report.txt': 'the report' }],
        options: { girder_result_hooks: [transform('GirderUploadJobArtifact', [], { name: 'renamed.txt' })] },
      });
      expect(await returned(girder, taskId)).toBe('None');
      expect(await girder.api.artifactsOf(jobId)).toEqual([
        { name: 'renamed.txt', mimeType: 'text/plain', text: 'the report' },
      ]);
    },
  },
  {
    sentence: 'a result hook stores the value of a task as metadata of an item',
    async run(girder) {
      const folder = await folderFor(girder, 'metadata');
      const item = await girder.api.createItem(folder._id, 'item');
      const { taskId } = await girder.send({
        task: 'echo',
        args: [{ quality: 7 }],
        options: { girder_result_hooks: [transform('GirderItemMetadata', [item._id])] },
      });
      expect(await returned(girder, taskId)).toBe("{'quality': 7}");
      expect(await girder.api.request('GET', `item/${item._id}`)).toMatchObject({ meta: { quality: 7 } });
    },
  },
  {
    sentence: 'a task fails if Girder refuses the upload of its result',
    async run(girder) {
      const missing = '0123456789abcdef01234567';
      const { taskId, jobId } = await girder.send({
        task: 'produce',
        args: [{ 'report.txt': 'the report' }],
        options: { girder_result_hooks: [transform('GirderUploadToItem', [missing])] },
      });
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'FAILURE' });
      expect(await girder.jobAt(jobId, 3, 4, 5)).toMatchObject({ status: 4 });
    },
  },
  {
    sentence: 'a file that a task copies from Girder to Girder has the same content',
    async run(girder) {
      const folder = await folderFor(girder, 'copy');
      const item = await girder.api.createItem(folder._id, 'source');
      const target = await girder.api.createItem(folder._id, 'target');
      const content = 'ä line\n'.repeat(100_000);
      const file = await girder.api.createFile(item._id, 'a.txt', content);
      const { taskId } = await girder.send({
        task: 'copy_file',
        args: [transform('GirderFileId', [file._id]), 'copy.txt'],
        options: { girder_result_hooks: [transform('GirderUploadToItem', [target._id])] },
      });
      expect(await returned(girder, taskId)).toBe(`'${target._id}'`);
      const { 'copy.txt': copied = '', ...others } = await textsOf(girder, target._id);
      expect(others).toEqual({});
      expect(copied === content).toBe(true); // Not toBe: a difference would be printed.
    },
  },
];
