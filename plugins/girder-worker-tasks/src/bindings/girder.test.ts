import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { GirderClient } from 'girder-worker/utils';
import { afterEach, expect, test, vi } from 'vitest';
import type { RunContext } from '../run/context.ts';
import { StatusReporter } from '../run/status.ts';
import { TemporaryFolder } from '../run/temporaryFolder.ts';
import { readSettings } from '../settings.ts';
import { connectToGirder } from './girder.ts';
import { fetchFromGirder } from './girderInput.ts';
import { pushToGirder } from './girderOutput.ts';

/** A client of Girder that records its calls, and downloads the name of each file as its content. */
function recordingClient() {
  const calls: unknown[][] = [];
  const documents: Record<string, object> = {
    'file/f1': { _id: 'f1', itemId: 'i1' },
    'item/i1': { _id: 'i1', name: 'item/name' },
  };
  const record =
    (name: string, answer: object = { _id: `new-${name}`, itemId: 'i9' }) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args.filter((arg) => typeof arg !== 'object' || arg === null || !('signal' in arg))]);
      return answer;
    };
  const client = {
    apiUrl: 'https://girder.example.org/api/v1',
    get: async (path: string) => documents[path],
    async *list(path: string) {
      calls.push(['list', path]);
      yield { _id: 'f1', name: 'a.txt' };
      yield { _id: 'f2', name: '../b.txt' };
    },
    async *downloadStream(id: string) {
      yield Buffer.from(`content of ${id}`);
    },
    downloadFile: async (id: string, path: string) => writeFile(path, id),
    downloadFolder: async (id: string, path: string) => writeFile(join(path, 'inside'), id),
    downloadItem: async (id: string, folder: string, { name }: { name: string }) => {
      await writeFile(join(folder, name), id);
      return join(folder, name);
    },
    createItem: record('createItem', { _id: 'item' }),
    createFolder: record('createFolder', { _id: 'folder' }),
    addMetadataToItem: record('addMetadataToItem'),
    uploadFileToItem: record('uploadFileToItem'),
    uploadFileToFolder: record('uploadFileToFolder'),
    upload: record('upload'),
  };
  return { client: client as unknown as GirderClient, calls };
}

async function withContext(
  work: (context: RunContext, calls: unknown[][], folder: string) => Promise<void>,
): Promise<void> {
  await using folder = new TemporaryFolder();
  const { client, calls } = recordingClient();
  const context: RunContext = {
    settings: readSettings({}),
    signal: new AbortController().signal,
    checkpoint: () => undefined,
    log: () => undefined,
    status: new StatusReporter(undefined),
    temporaryFolder: () => folder.path(),
    validate: true,
    autoConvert: true,
    girder: {
      own: undefined,
      connect: async (apiUrl, token) => {
        calls.push(['connect', apiUrl, token]);
        return client;
      },
    },
  };
  await work(context, calls, await folder.path());
}

const server = { mode: 'girder', api_url: 'https://girder.example.org/api/v1', token: 't' };
const file = { kind: 'file', filename: undefined } as const;

afterEach(() => vi.unstubAllEnvs());

test('a file of Girder is read into memory, or downloaded under a name that cannot leave the temporary folder', () =>
  withContext(async (context, calls, folder) => {
    const binding = { ...server, id: 'f1', name: '../x' };
    expect(await fetchFromGirder(binding, { kind: 'memory' }, context)).toBe('content of f1');
    const path = (await fetchFromGirder(binding, file, context)) as string;
    expect(path).toBe(join(folder, '.._x'));
    expect(await readFile(path, 'utf8')).toBe('f1');
    expect(calls[0]).toEqual(['connect', 'https://girder.example.org/api/v1', 't']);
  }));

test('a file of Girder is downloaded with its siblings if the binding has fetch_parent', () =>
  withContext(async (context, _, folder) => {
    const binding = { ...server, id: 'f1', name: 'a.txt', fetch_parent: true };
    expect(await fetchFromGirder(binding, file, context)).toBe(join(folder, 'item_name', 'a.txt'));
    expect(await readFile(join(folder, 'item_name', '.._b.txt'), 'utf8')).toBe('f2');
  }));

test('a folder and an item of Girder are downloaded as they are', () =>
  withContext(async (context, _, folder) => {
    const path = await fetchFromGirder({ ...server, id: 'd', name: 'data', resource_type: 'folder' }, file, context);
    expect(await readFile(join(path as string, 'inside'), 'utf8')).toBe('d');
    const item = await fetchFromGirder({ ...server, id: 'i', name: 'one', resource_type: 'Item' }, file, context);
    expect(item).toBe(join(folder, 'one'));
  }));

test('an input of Girder without id, name, server or a known resource type is refused', () =>
  withContext(async (context) => {
    const fetch = (binding: object) => fetchFromGirder({ mode: 'girder', ...binding }, file, context);
    await expect(fetch({ ...server, name: 'a' })).rejects.toThrow('needs "id"');
    await expect(fetch({ ...server, id: 'f1' })).rejects.toThrow('needs "name"');
    await expect(fetch({ id: 'f1', name: 'a' })).rejects.toThrow('needs "api_url" or "host"');
    await expect(fetch({ ...server, id: 'f1', name: 'a', resource_type: 'job' })).rejects.toThrow('got "job"');
  }));

test('a binding may name its server by host, scheme, port and api_root', () =>
  withContext(async (context, calls) => {
    const binding = { host: 'girder', port: 8080, id: 'f1', name: 'a' };
    await fetchFromGirder(binding, { kind: 'memory' }, context);
    expect(calls).toEqual([['connect', 'http://girder:8080/api/v1', undefined]]);
  }));

test('an output is uploaded to Girder with its reference, and its file gets the metadata of the binding', () =>
  withContext(async (context, calls) => {
    const binding = { ...server, parent_id: 'p', name: 'out.txt', reference: 'r', metadata: { a: 1 } };
    await pushToGirder({ kind: 'memory', data: 'ä', subject: 'Output "y"' }, binding, context);
    const target = { parentId: 'p', parentType: 'folder', name: 'out.txt', reference: 'r', sizeBytes: 2 };
    expect(calls.slice(1)).toEqual([
      ['upload', target, new TextEncoder().encode('ä')],
      ['addMetadataToItem', 'i9', { a: 1 }],
    ]);
  }));

test('an output is stored as metadata of a new or an existing item', () =>
  withContext(async (context, calls) => {
    const output = { kind: 'memory', data: '{"a": 1}', subject: 'Output "y"' } as const;
    await pushToGirder(output, { ...server, as_metadata: true, parent_id: 'p', name: 'n' }, context);
    await pushToGirder(output, { ...server, as_metadata: true, item_id: 'i' }, context);
    expect(calls.filter(([name]) => name !== 'connect')).toEqual([
      ['createItem', 'p', 'n'],
      ['addMetadataToItem', 'item', { a: 1 }],
      ['addMetadataToItem', 'i', { a: 1 }],
    ]);
  }));

test.each([
  ['x'.repeat(4 * 1024 * 1024 + 1), 'has 4194305 bytes. Metadata in Girder may have at most 4194304'],
  ['[1]', 'must be a JSON object'],
  ['{', 'The data is not JSON'],
])('metadata that is too long or no object is not stored', (data, reason) =>
  withContext(async (context) => {
    const output = { kind: 'memory', data, subject: 'Output "y"' } as const;
    const push = pushToGirder(output, { ...server, as_metadata: true, item_id: 'i' }, context);
    await expect(push).rejects.toThrow(reason);
  }),
);

test('a folder is uploaded with its folders, and to an item without them', () =>
  withContext(async (context, calls, folder) => {
    const path = join(folder, 'out');
    await mkdir(join(path, 'sub'), { recursive: true });
    await writeFile(join(path, 'a'), 'a');
    await writeFile(join(path, 'sub', 'b'), 'b');
    const output = { kind: 'file', path, subject: 'Output "y"' } as const;
    await pushToGirder(output, { ...server, parent_id: 'p' }, context);
    await pushToGirder(output, { ...server, parent_id: 'i', parent_type: 'item' }, context);
    const made = calls
      .filter(([name]) => name !== 'connect')
      .map(([name, id, other]) => [name, id, basename(String(other))]);
    expect(made).toEqual([
      ['createFolder', 'p', 'out'],
      ['uploadFileToFolder', 'folder', 'a'],
      ['createFolder', 'folder', 'sub'],
      ['uploadFileToFolder', 'folder', 'b'],
      ['uploadFileToItem', 'i', 'a'],
    ]);
  }));

test('an output without a token or a parent is refused', () =>
  withContext(async (context) => {
    const output = { kind: 'memory', data: 'x', subject: 'Output "y"' } as const;
    const { token: _, ...anonymous } = server;
    await expect(pushToGirder(output, anonymous, context)).rejects.toThrow('needs a "token"');
    await expect(pushToGirder(output, server, context)).rejects.toThrow('needs "parent_id"');
    await expect(pushToGirder(output, { ...server, parent_id: 'p' }, context)).rejects.toThrow('needs "name"');
  }));

test('a Girder server that the deployment does not name is not called', async () => {
  vi.stubEnv('GIRDER_WORKER_API_URL', 'https://girder.example.org/api/v1,https://other.example.org/api/v1');
  const error = await connectToGirder('https://evil.example.org/api/v1', 't').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'GirderError', code: 'URL_NOT_ALLOWED' });
});
