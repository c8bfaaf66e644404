import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GirderServer } from '../fixtures/girderServer.ts';
import { GirderServers } from '../wire/girderServers.ts';
import { GirderClient } from './girderClient.ts';

const MiB = 1024 * 1024;
let girder: GirderServer;
let client: GirderClient;
let folder: string;

beforeAll(async () => {
  girder = await GirderServer.start();
  client = new GirderClient({
    apiUrl: girder.apiUrl,
    token: 'secret',
    servers: new GirderServers({ GIRDER_WORKER_API_URL: girder.apiUrl }),
  });
});
afterAll(() => girder.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'girder-worker-transfers-'));
});
afterEach(async () => {
  girder.fault = () => undefined;
  girder.requests.length = 0;
  await rm(folder, { recursive: true, force: true });
});

async function localFile(name: string, content: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const stored = (id: string) => girder.files.get(id)!.content;
const calls = () => girder.requests.map(({ method, path }) => `${method} ${path.replace(/\d+/g, 'N')}`);

describe('a download', () => {
  test('writes the bytes of the file, and reports the progress', async () => {
    const content = randomBytes(3 * MiB);
    const progress: number[] = [];
    const path = join(folder, 'a');
    const onProgress = ({ currentBytes }: { currentBytes: number }) => void progress.push(currentBytes);
    expect(await client.downloadFile(girder.addFile('a', content), path, { onProgress })).toBe(content.length);
    expect((await readFile(path)).equals(content)).toBe(true);
    expect(progress.at(-1)).toBe(content.length);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  test('whose connection breaks goes on where it was, again and again', async () => {
    const content = randomBytes(2 * MiB);
    girder.fault = ({ path }) => (path.endsWith('/download') ? { closeAfterBytes: 300_000 } : undefined);
    const path = join(folder, 'a');
    await client.downloadFile(girder.addFile('a', content), path);
    expect((await readFile(path)).equals(content)).toBe(true);
    const offsets = girder.requests
      .filter(({ path }) => path.endsWith('/download'))
      .map(({ fields }) => Number(fields.offset));
    expect(offsets.length).toBeGreaterThanOrEqual(7);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
  });

  test('fails with INCOMPLETE, and leaves no file, if Girder sends fewer bytes than it states', async () => {
    const id = girder.addFile('a', Buffer.from('abc'));
    girder.files.get(id)!.size = 10;
    const failed = client.downloadFile(id, join(folder, 'a'));
    await expect(failed).rejects.toMatchObject({
      code: 'INCOMPLETE',
      message: expect.stringContaining('has 10 bytes, but Girder sent 3'),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('follows a redirect to a storage, which does not get the token', async () => {
    const seen: unknown[] = [];
    const storage = createServer((request, response) => {
      seen.push(request.headers['girder-token'], request.headers.range);
      response.writeHead(200, { 'content-length': 6 }).end('abcdef');
    });
    await new Promise<void>((resolve) => storage.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(storage.address() as AddressInfo).port}/bucket/key?signature=1`;
    girder.fault = ({ path }) => (path.endsWith('/download') ? { status: 303, headers: { location } } : undefined);
    const GIRDER_WORKER_ALLOWED_URLS = new URL(location).origin;
    const servers = new GirderServers({ GIRDER_WORKER_API_URL: girder.apiUrl, GIRDER_WORKER_ALLOWED_URLS });
    const allowing = new GirderClient({ apiUrl: girder.apiUrl, token: 'secret', servers });
    await allowing.downloadFile(girder.addFile('a', Buffer.from('abcdef')), join(folder, 'a'));
    storage.close();
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('abcdef');
    expect(seen).toEqual([undefined, undefined]);
  });

  test.each([
    ['the runtime API of Lambda', 'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next'],
    ['the metadata of the platform', 'http://169.254.169.254/latest/meta-data/'],
    ['this machine by a name', 'http://localhost:9001/'],
    ['a file', 'file:///etc/passwd'],
    ['nothing', 'http://['],
  ])('is not redirected to %s: any user of Girder can make a file that is a link', async (_where, location) => {
    girder.fault = ({ path }) => (path.endsWith('/download') ? { status: 303, headers: { location } } : undefined);
    const failed = client.downloadFile(girder.addFile('a', Buffer.from('abc')), join(folder, 'a'));
    await expect(failed).rejects.toMatchObject({ name: 'GirderError' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('ends when more bytes arrive than the file has', async () => {
    const id = girder.addFile('a', Buffer.alloc(5 * MiB));
    girder.files.get(id)!.size = 10;
    let received = 0;
    const failed = (async () => {
      for await (const chunk of client.downloadStream(id)) received += chunk.byteLength;
    })();
    await expect(failed).rejects.toMatchObject({ code: 'INCOMPLETE' });
    expect(received).toBeLessThanOrEqual(10);
  });

  test('of files with one local name keeps both', async () => {
    const item = girder.addItem('it');
    for (const name of ['a/b', 'a_b']) girder.addFile(name, Buffer.from(name), item);
    await client.downloadItem(item, folder);
    expect(await readdir(join(folder, 'it'))).toHaveLength(2);
  });

  test('ends when its signal is aborted', async () => {
    girder.fault = ({ path }) => (path.endsWith('/download') ? { hang: true } : undefined);
    const abort = new AbortController();
    const failed = client.downloadFile(girder.addFile('a', randomBytes(10)), join(folder, 'a'), {
      signal: abort.signal,
    });
    while (!calls().some((call) => call.endsWith('/download'))) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('enough'));
    await expect(failed).rejects.toThrow('enough');
  });

  test('of an item with one file of its name is that file; of any other item a folder', async () => {
    const single = girder.addItem('scan.tif');
    girder.addFile('scan.tif', Buffer.from('1'), single);
    const several = girder.addItem('series');
    for (let i = 0; i < 60; i++) girder.addFile(`${i}.dcm`, Buffer.from(String(i)), several);
    expect(await client.downloadItem(single, folder)).toBe(join(folder, 'scan.tif'));
    const path = await client.downloadItem(several, folder);
    expect(path).toBe(join(folder, 'series'));
    expect(await readdir(path)).toHaveLength(60);
  });

  test('of a folder has its items and its folders, whose names lead nowhere else', async () => {
    const top = girder.addFolder('top');
    girder.addFile('../../escaped', Buffer.from('x'), girder.addItem('../../escaped', top));
    const inner = girder.addFolder('..', top);
    girder.addFile('b', Buffer.from('b'), girder.addItem('b', inner));
    await client.downloadFolder(top, join(folder, 'local'));
    expect((await readdir(join(folder, 'local'), { recursive: true })).sort()).toEqual(['.._.._escaped', '_', '_/b']);
  });
});

describe('an upload', () => {
  test('of a small file to a folder is one request', async () => {
    const path = await localFile('a.png', Buffer.from('abc'));
    const file = await client.uploadFileToFolder('folder1', path, { reference: 'ref' });
    expect(stored(file._id).toString()).toBe('abc');
    expect(calls()).toEqual(['POST file']);
    expect(girder.requests[0]?.fields).toEqual({
      ...{
        parentType: 'folder',
        parentId: 'folder1',
        name: 'a.png',
        size: '3',
        mimeType: 'image/png',
        reference: 'ref',
      },
    });
  });

  test('of a file larger than a chunk is sent in chunks', async () => {
    const content = randomBytes(17 * MiB);
    const sizes: number[] = [];
    const onProgress = ({ currentBytes }: { currentBytes: number }) => void sizes.push(currentBytes / MiB);
    const file = await client.uploadFileToFolder('folder1', await localFile('a', content), { onProgress });
    expect(stored(file._id).equals(content)).toBe(true);
    expect(sizes).toEqual([8, 16, 17]);
    expect(calls()).toEqual(['POST file', 'POST file/chunk', 'POST file/chunk', 'POST file/chunk']);
  });

  test('asks after a chunk that failed where to go on', async () => {
    const content = randomBytes(20 * MiB);
    let chunks = 0;
    // The second chunk is not received; of the third the answer is lost; the fourth follows.
    girder.fault = ({ path }) => {
      if (path !== 'file/chunk') return undefined;
      chunks++;
      return chunks === 2 ? { status: 502 } : chunks === 3 ? { closeAfterBytes: 1 } : undefined;
    };
    const file = await client.uploadFileToFolder('folder1', await localFile('a', content));
    expect(stored(file._id).equals(content)).toBe(true);
    expect(girder.requests.filter(({ path }) => path === 'file/offset')).toHaveLength(2);
  });

  test('whose last answer is lost finds the file that Girder has made', async () => {
    const content = randomBytes(9 * MiB);
    let chunks = 0;
    girder.fault = ({ path }) => (path === 'file/chunk' && ++chunks === 2 ? { closeAfterBytes: 1 } : undefined);
    const file = await client.uploadFileToFolder('folder1', await localFile('a', content));
    expect(stored(file._id).equals(content)).toBe(true);
    expect([...girder.files.values()].filter(({ content: other }) => other.equals(content))).toHaveLength(1);
  });

  test('to an item keeps a file of the same name and size, and replaces one of another size', async () => {
    const item = girder.addItem('item');
    const path = await localFile('a', Buffer.from('abc'));
    const first = await client.uploadFileToItem(item, path);
    girder.requests.length = 0;
    expect((await client.uploadFileToItem(item, path))._id).toBe(first._id);
    expect(calls()).toEqual(['GET item/itemN/files']);
    await writeFile(path, 'abcdef');
    const replaced = await client.uploadFileToItem(item, path);
    expect(calls()).toEqual([
      'GET item/itemN/files',
      'GET item/itemN/files',
      'PUT file/fileN/contents',
      'POST file/chunk',
    ]);
    expect(stored(replaced._id).toString()).toBe('abcdef');
  });

  test('of an empty file needs no chunk', async () => {
    const file = await client.uploadFileToItem(girder.addItem('i'), await localFile('empty', Buffer.alloc(0)));
    expect(stored(file._id)).toHaveLength(0);
  });

  test('takes a stream, whose chunks may have any size', async () => {
    const content = randomBytes(9 * MiB);
    async function* pieces() {
      for (let at = 0; at < content.length; at += 1_000_000) yield content.subarray(at, at + 1_000_000);
    }
    const target = { parentType: 'folder', parentId: 'f', name: 'a', sizeBytes: content.length } as const;
    const file = await client.upload(target, pieces());
    expect(stored(file._id).equals(content)).toBe(true);
    await expect(client.upload({ ...target, sizeBytes: content.length + 1 }, pieces())).rejects.toMatchObject({
      code: 'INCOMPLETE',
    });
  });

  test('fails with the words of Girder if it may not write', async () => {
    girder.fault = () => ({ status: 403, body: '{"type":"access","message":"Write access denied for folder f."}' });
    const failed = client.uploadFileToFolder('f', await localFile('a', Buffer.from('a')));
    await expect(failed).rejects.toMatchObject({
      code: 'HTTP_STATUS',
      status: 403,
      message: 'Girder answered 403: Write access denied for folder f.',
    });
  });
});

describe('a call', () => {
  test('sends its token, and values as Girder expects them', async () => {
    await client.get('item', { folderId: 'f', query: { a: 1 }, none: undefined, flag: true });
    expect(girder.requests[0]).toMatchObject({
      token: 'secret',
      fields: { folderId: 'f', query: '{"a":1}', flag: 'true' },
    });
  });

  test('is repeated if it can be repeated without harm', async () => {
    let failures = 0;
    girder.fault = () => (++failures <= 2 ? { status: 503 } : undefined);
    await client.get('folder', { parentId: 'none' });
    expect(girder.requests).toHaveLength(3);
    failures = 0;
    await expect(client.post('folder', { name: 'n' })).rejects.toMatchObject({ status: 503 });
    expect(girder.requests).toHaveLength(4);
  });

  test('whose path leads out of the API is not sent', async () => {
    await expect(client.get('../../admin')).rejects.toMatchObject({ code: 'URL_NOT_ALLOWED' });
    expect(girder.requests).toEqual([]);
  });

  test('that changes something is sent once, although its connection breaks', async () => {
    girder.fault = ({ method }) => (method === 'POST' ? { closeAfterBytes: 0 } : undefined);
    await client.get('folder', { parentId: 'none' }); // Opens a connection that could be used again.
    await expect(client.post('folder', { name: 'n' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(girder.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test.each(['', '.', '..'])('with the id "%s" is not sent: it would change the path', async (id) => {
    await expect(client.downloadItem(id, folder)).rejects.toMatchObject({ code: 'MALFORMED' });
    await expect(client.addMetadataToItem(id, {})).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(girder.requests).toEqual([]);
  });

  test('goes to configured servers only', () => {
    const servers = new GirderServers({
      GIRDER_WORKER_API_URL: 'https://girder.example.org/api/v1, https://other.example.org/api/v1/',
    });
    const to = (apiUrl: string) => new GirderClient({ apiUrl, servers }).apiUrl;
    expect(to('https://other.example.org/api/v1/')).toBe('https://other.example.org/api/v1');
    for (const apiUrl of [
      'https://evil.example.org/api/v1',
      'https://girder.example.org.evil.org/api/v1',
      'https://girder.example.org@evil.org/api/v1',
      'https://girder.example.org/api/v10',
      'http://girder.example.org/api/v1',
      'http://127.0.0.1:9001/2018-06-01/runtime',
      'nonsense',
    ]) {
      expect(() => to(apiUrl), apiUrl).toThrow(expect.objectContaining({ code: 'URL_NOT_ALLOWED' }));
    }
  });

  test('lists all pages of a collection', async () => {
    const item = girder.addItem('many');
    for (let i = 0; i < 120; i++) girder.addFile(`${i}`, Buffer.alloc(1), item);
    const names: unknown[] = [];
    for await (const { name } of client.list(`item/${item}/files`)) names.push(name);
    expect(names).toHaveLength(120);
  });
});
