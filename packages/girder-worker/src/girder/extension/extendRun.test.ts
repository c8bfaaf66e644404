import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decode } from '../../message/decode.ts';
import { encode } from '../../message/encode.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { Task } from '../../task/task.ts';
import { GirderServer } from '../fixtures/girderServer.ts';
import { createGirderStack } from '../fixtures/girderStack.ts';
import { GirderFileId, GirderFolderId, GirderItemId, GirderUploadToItem, TemporaryDirectory } from '../index.ts';

let girder: GirderServer;
let stack: ReturnType<typeof createGirderStack>;
/** The local paths that tasks have got. */
const paths: string[] = [];

beforeAll(async () => {
  girder = await GirderServer.start();
});
afterAll(() => girder.stop());
beforeEach(() => {
  stack = createGirderStack(girder.apiUrl);
  paths.length = 0;
  task('p.read', async (path: string) => {
    paths.push(path);
    return readFile(path, 'utf8');
  });
  task('p.list', async (path: string) => {
    paths.push(path);
    return (await readdir(path, { recursive: true })).sort();
  });
});
afterEach(() => {
  girder.fault = () => undefined;
  girder.requests.length = 0;
});

function task(name: string, fn: (this: Task, ...args: never[]) => unknown): void {
  stack.register(stack.app.task({ name }, fn), 'path?');
}

const module_ = 'girder_worker.utils.transforms.girder_io';
const headers = () => ({ girder_api_url: girder.apiUrl, girder_client_token: 'client-token' });

/** A GirderClient of Python, as jsonpickle writes it. */
const pickledClient = (token: string, urlBase = `${girder.apiUrl}/`) => ({
  'py/object': 'girder_client.GirderClient',
  ...{ host: null, scheme: null, port: null, urlBase, token, _session: null },
});

/** The body of a message as girder_worker sends it: jsonpickle, labelled as JSON. */
function pickledMessage(args: unknown[], extra: Record<string, unknown> = {}, taskName = 'p.read', id = 'id'): string {
  const plain = JSON.parse(Buffer.from(encode({ task: taskName, id, headers: extra }), 'base64').toString());
  const body = {
    'py/tuple': [{ 'py/tuple': args }, {}, { callbacks: null, errbacks: null, chain: null, chord: null }],
  };
  plain.body = Buffer.from(JSON.stringify(body)).toString('base64');
  return Buffer.from(JSON.stringify(plain)).toString('base64');
}

const outcome = async (id = 'id') => {
  const stored = await stack.store.read(id);
  return stored?.state === 'SUCCESS' ? stored.result : stored?.exception;
};

describe('a transform that Python has sent', () => {
  test('becomes the path of a local copy, which is removed after the task', async () => {
    const file_id = girder.addFile('a', Buffer.from('content'));
    await stack.deliver(
      pickledMessage([{ 'py/object': `${module_}.GirderFileId`, gc: pickledClient('own-token'), file_id }]),
    );
    expect(await outcome()).toBe('content');
    expect(girder.requests.map(({ method, path, token }) => `${method} ${path} ${token}`)).toEqual([
      `GET file/${file_id} own-token`,
      `GET file/${file_id}/download own-token`,
    ]);
    expect(existsSync(paths[0]!)).toBe(false);
  });

  test('of the older package girder_worker_utils is the same', async () => {
    const file_id = girder.addFile('a', Buffer.from('old'));
    const transform = {
      'py/object': 'girder_worker_utils.transforms.girder_io.GirderFileId',
      gc: pickledClient('t'),
      file_id,
    };
    await stack.deliver(pickledMessage([transform]));
    expect(await outcome()).toBe('old');
  });

  test('is found in lists and dicts, too', async () => {
    task('p.nested', async (value: { deep: string[] }) => readFile(value.deep[0]!, 'utf8'));
    const file_id = girder.addFile('a', Buffer.from('nested'));
    const transform = { 'py/object': `${module_}.GirderFileId`, gc: pickledClient('t'), file_id };
    await stack.deliver(pickledMessage([{ deep: [transform] }], {}, 'p.nested'));
    expect(await outcome()).toBe('nested');
  });

  test('of the Girder that the message names by another address is found at the configured one', async () => {
    const file_id = girder.addFile('a', Buffer.from('content'));
    const inside = 'http://girder.internal:8080/api/v1';
    const transform = { 'py/object': `${module_}.GirderFileId`, gc: pickledClient('t', `${inside}/`), file_id };
    await stack.deliver(pickledMessage([transform], { girder_api_url: inside }));
    expect(await outcome()).toBe('content');
  });

  test.each([
    ['the metadata service of AWS', 'http://169.254.169.254/api/v1/'],
    ['another server', 'https://evil.example.org/api/v1/'],
  ])('of %s fails the task, and calls nothing', async (_name, urlBase) => {
    const transform = {
      'py/object': `${module_}.GirderFileId`,
      gc: pickledClient('secret-token', urlBase),
      file_id: 'f',
    };
    await stack.deliver(pickledMessage([transform]));
    expect(await outcome()).toMatchObject({
      type: 'GirderError',
      args: [expect.stringMatching(/is not called: it is not in GIRDER_WORKER_API_URL/)],
    });
    expect(JSON.stringify(await stack.store.read('id'))).not.toContain('secret-token');
  });

  test('whose file does not exist fails the task with the words of Girder', async () => {
    await stack.deliver(
      pickledMessage([{ 'py/object': `${module_}.GirderFileId`, gc: pickledClient('t'), file_id: 'gone' }]),
    );
    expect(await outcome()).toMatchObject({
      type: 'GirderError',
      args: ['Girder answered 400: Invalid ObjectId: gone'],
    });
  });

  test('shows its token in no extended result', async () => {
    stack = createGirderStack(girder.apiUrl, { settings: { resultExtended: true } });
    task('p.read', async (path: string) => readFile(path, 'utf8'));
    const file_id = girder.addFile('a', Buffer.from('content'));
    const transform = { 'py/object': `${module_}.GirderFileId`, gc: pickledClient('secret-token'), file_id };
    await stack.deliver(pickledMessage([{ file: transform }, transform], headers()));
    await stack.deliver({ task: 'p.read', id: 'plain', args: [transform], headers: headers() });
    for (const id of ['id', 'plain']) {
      const stored = JSON.stringify(await stack.store.read(id));
      expect(stored).toContain(`<${module_}.GirderFileId object>`);
      expect(stored).not.toContain('secret-token');
    }
  });

  test('of a class that is not Girder Worker’s stays an opaque object', async () => {
    task('p.kind', (value: { className: string }) => value.className);
    await stack.deliver(pickledMessage([{ 'py/object': 'shop.models.Order', id: 3 }], {}, 'p.kind'));
    expect(await outcome()).toBe('shop.models.Order');
  });
});

describe('a transform that TypeScript sends', () => {
  test('arrives as in Python: an item as a folder, a folder with its items, a temporary directory', async () => {
    const folder = girder.addFolder('f');
    girder.addFile('a', Buffer.from('1'), girder.addItem('a', folder));
    const item = girder.addItem('item', folder);
    for (const name of ['x', 'y']) girder.addFile(name, Buffer.from(name), item);
    for (const [transform, expected] of [
      [new GirderItemId(item), ['x', 'y']],
      [new GirderFolderId(folder), ['a', 'item', 'item/x', 'item/y']],
      [new TemporaryDirectory(), []],
    ] as const) {
      const id = `${transform}`;
      await stack.deliver({ task: 'p.list', id, args: [transform], headers: headers() });
      expect(await outcome(id)).toEqual(expected);
      expect(existsSync(paths.at(-1)!)).toBe(false);
    }
  });

  test('from a task has server and token for workers in Python, which no description of the message shows', async () => {
    const child = stack.app.task({ name: 'p.child' }, () => undefined);
    task('p.parent', async () => {
      const girderResultHooks = [new GirderUploadToItem('item1')];
      await child.applyAsync([new GirderFileId('file1')] as never, { girderResultHooks });
    });
    await stack.deliver({ task: 'p.parent', id: 'id', headers: headers() });
    expect(await outcome()).toBeNull();
    const body = stack.transport.published[0]!.body;
    const message = await decode(body);
    const gc = expect.objectContaining({
      'py/object': 'girder_client.GirderClient',
      token: 'client-token',
      urlBase: `${girder.apiUrl}/`,
    });
    expect(message.args).toEqual([{ 'py/object': `${module_}.GirderFileId`, file_id: 'file1', gc }]);
    expect(message.headers.girder_result_hooks).toEqual([
      { 'py/object': `${module_}.GirderUploadToItem`, item_id: 'item1', delete_file: false, upload_kwargs: {}, gc },
    ]);
    expect(message.argsRepr).not.toContain('client-token');
    expect(girder.requests.find(({ path }) => path === 'job')?.fields.args).toBe('["GirderFileId(\'file1\')"]');
  });
});

describe('a result hook', () => {
  const hook = (name: string, fields: object) => ({
    'py/object': `${module_}.${name}`,
    gc: pickledClient('hook-token'),
    ...fields,
  });

  /** Registers a task that writes a file or a folder into a temporary directory, and returns its path. */
  function producer(name: string, files: Readonly<Record<string, string>>): void {
    task(name, async (path: string) => {
      paths.push(path);
      for (const [file, content] of Object.entries(files)) {
        await mkdir(join(path, file, '..'), { recursive: true });
        await writeFile(join(path, file), content);
      }
      return Object.keys(files).length === 1 ? join(path, Object.keys(files)[0]!) : path;
    });
  }

  const deliver = (name: string, hooks: unknown[], more: object = {}) =>
    stack.deliver({
      task: name,
      id: 'id',
      args: [new TemporaryDirectory()],
      headers: { ...headers(), girder_result_hooks: hooks, ...more },
    });

  const uploaded = () => [...girder.files.values()].slice(-2).map(({ name, content }) => [name, content.toString()]);

  test('uploads a file to an item, whose id becomes the result; the local file is gone', async () => {
    producer('p.file', { 'out.txt': 'result' });
    const item_id = girder.addItem('target');
    await deliver('p.file', [hook('GirderUploadToItem', { item_id, delete_file: true, upload_kwargs: {} })]);
    expect(await outcome()).toBe(item_id);
    expect(uploaded().at(-1)).toEqual(['out.txt', 'result']);
    expect(existsSync(paths[0]!)).toBe(false);
    expect(new Set(girder.requests.map(({ token }) => token))).toEqual(new Set(['hook-token']));
  });

  test('uploads a folder recursively to a folder', async () => {
    producer('p.tree', { 'a.txt': 'a', 'deep/b.txt': 'b' });
    const folder_id = girder.addFolder('target');
    await deliver('p.tree', [
      hook('GirderUploadToFolder', { folder_id, delete_file: false, upload_kwargs: {}, must_exist: true }),
    ]);
    expect(await outcome()).toBe(folder_id);
    expect(uploaded()).toEqual([
      ['a.txt', 'a'],
      ['b.txt', 'b'],
    ]);
    expect([...girder.folders.values()].at(-1)).toMatchObject({ name: 'deep', parentId: folder_id });
  });

  test('attaches a file to the job of the task, and the result becomes null', async () => {
    producer('p.file', { 'report.html': '<p>' });
    const jobId = girder.addJob();
    const artifact = hook('GirderUploadJobArtifact', { job_id: null, name: 'Report' });
    await deliver('p.file', [artifact], { jobInfoSpec: girder.jobInfoSpec(jobId) });
    expect(await outcome()).toBeNull();
    expect(girder.artifacts.at(-1)).toMatchObject({ jobId, name: 'Report', content: Buffer.from('<p>') });
  });

  test('of an artifact that does not exist is no error', async () => {
    task('p.nothing', (path: string) => join(path, 'missing'));
    const before = girder.artifacts.length;
    await deliver('p.nothing', [hook('GirderUploadJobArtifact', { job_id: 'job9', name: null })]);
    expect(await outcome()).toBeNull();
    expect(girder.artifacts).toHaveLength(before);
  });

  test('adds the result to the metadata of an item, and the result stays', async () => {
    task('p.measure', () => ({ area: 3 }));
    const item_id = girder.addItem('measured');
    await deliver('p.measure', [hook('GirderItemMetadata', { item_id })]);
    expect(await outcome()).toEqual({ area: 3 });
    expect(girder.items.get(item_id)?.meta).toEqual({ area: 3 });
  });

  test('applies to the element at its position; elements without a hook stay', async () => {
    task('p.several', () => [{ a: 1 }, { b: 2 }, 'rest']);
    const items = [girder.addItem('a'), girder.addItem('b')];
    await deliver(
      'p.several',
      items.map((item_id) => hook('GirderItemMetadata', { item_id })),
    );
    expect(await outcome()).toEqual([{ a: 1 }, { b: 2 }, 'rest']);
    expect(items.map((item) => girder.items.get(item)?.meta)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('that fails fails the task, and its local file is removed', async () => {
    producer('p.file', { 'out.txt': 'result' });
    girder.fault = ({ method }) => (method === 'POST' ? { status: 403, body: '{"message":"Denied"}' } : undefined);
    await deliver('p.file', [hook('GirderUploadToItem', { item_id: girder.addItem('i'), delete_file: true })]);
    expect(await outcome()).toMatchObject({ type: 'GirderError', args: ['Girder answered 403: Denied'] });
    expect(existsSync(paths[0]!)).toBe(false);
  });

  test('does not upload what a revoked task returns', async () => {
    task('p.stops', async function stops(this: Task) {
      while (!this.canceled) await nodeSystem.sleep(5);
      return 'no path';
    });
    const delivered = deliver('p.stops', [hook('GirderUploadToItem', { item_id: girder.addItem('i') })]);
    await nodeSystem.sleep(20);
    await stack.store.revoke('id', 'revoked');
    await delivered;
    expect((await stack.store.read('id'))?.state).toBe('REVOKED');
  });

  test('that is null leaves its element as it is', async () => {
    task('p.two', () => ['a', { b: 2 }]);
    const item_id = girder.addItem('i');
    await deliver('p.two', [null, hook('GirderItemMetadata', { item_id })]);
    expect(await outcome()).toEqual(['a', { b: 2 }]);
    expect(girder.items.get(item_id)?.meta).toEqual({ b: 2 });
  });

  test('leaves out links that lead nowhere', async () => {
    task('p.links', async (path: string) => {
      await writeFile(join(path, 'a'), 'a');
      await symlink('/nowhere', join(path, 'broken'));
      return path;
    });
    await deliver('p.links', [hook('GirderUploadToItem', { item_id: girder.addItem('i') })]);
    expect((await stack.store.read('id'))?.state).toBe('SUCCESS');
  });

  test('gets no headers that belong to the connection, and no file that is none of certificates', async () => {
    task('p.measure', () => ({ area: 3 }));
    const session = { headers: { Host: 'evil.example.org', 'Content-Length': '5', Trailer: 'x' }, verify: '/dev/zero' };
    await deliver('p.measure', [hook('GirderItemMetadata', { item_id: girder.addItem('i') })], {
      girder_client_session_kwargs: session,
    });
    expect((await stack.store.read('id'))?.state).toBe('SUCCESS');
    expect(girder.requests[0]?.headers.host).toBe(new URL(girder.apiUrl).host);
  });

  test.each([
    ['of an unknown class', { 'py/object': 'my.hooks.Special' }, /The result hook my\.hooks\.Special is not supported/],
    ['that is no object', 'upload', /The result hook string is not supported/],
    ['without an id', { 'py/object': `${module_}.GirderUploadToItem` }, /has no item_id/],
  ])('%s fails the task before it runs, as its upload would be lost', async (_kind, bad, expected) => {
    let runs = 0;
    task('p.counts', () => ++runs);
    await deliver('p.counts', [bad]);
    expect(await outcome()).toMatchObject({ type: 'GirderError', args: [expect.stringMatching(expected)] });
    expect(runs).toBe(0);
  });
});

describe('this.girderClient', () => {
  test('uses the token of the message, and the headers of girder_client_session_kwargs', async () => {
    task('p.calls', async function calls(this: Task) {
      return (await this.girderClient!.get<unknown[]>('item', { folderId: 'none' })).length;
    });
    const girder_client_session_kwargs = { headers: { 'X-Proxy': 'yes', 'bad\nname': 'x' }, verify: false };
    await stack.deliver({ task: 'p.calls', id: 'id', headers: { ...headers(), girder_client_session_kwargs } });
    expect(await outcome()).toBe(0);
    expect(girder.requests[0]).toMatchObject({ token: 'client-token', headers: { 'x-proxy': 'yes' } });
  });

  test('is undefined, and a line says why, if the server of the message may not be called', async () => {
    task('p.has', function has(this: Task) {
      return this.girderClient === undefined;
    });
    const bad = { girder_api_url: 'http://10.0.0.1/api/v1', girder_client_token: 'token-of-another' };
    // With a single configured Girder, an address that the message gives to it would be replaced by the configured one.
    stack = createGirderStack(`${girder.apiUrl},https://other.example.org/api/v1`);
    task('p.has', function has(this: Task) {
      return this.girderClient === undefined;
    });
    await stack.deliver({ task: 'p.has', id: 'id', headers: bad });
    expect(await outcome()).toBe(true);
    expect(stack.lines.filter((line) => line.includes('girderClient'))).toEqual([
      expect.stringMatching(/http:\/\/10\.0\.0\.1 is not called/),
    ]);
  });
});

test('files of a task whose thread was terminated are removed when its run has ended', async () => {
  task('p.hangs', (path: string) => {
    paths.push(path);
    return new Promise(() => undefined);
  });
  const delivered = stack.deliver({
    task: 'p.hangs',
    id: 'hangs',
    args: [new TemporaryDirectory()],
    headers: headers(),
  });
  while (paths.length === 0) await nodeSystem.sleep(5);
  expect(paths[0]!.startsWith(join(tmpdir(), `girder-worker-${process.pid}`))).toBe(true);
  await stack.store.revoke('hangs', 'terminated');
  await delivered;
  expect(existsSync(paths[0]!)).toBe(false);
});
