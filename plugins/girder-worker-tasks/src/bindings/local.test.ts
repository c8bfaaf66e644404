import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { convertBuiltIn } from '../builtIns.ts';
import { testTask } from '../fixtures/testTask.ts';

let root: string;
let open: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'girder-worker-test-')));
  open = mkdtempSync(join(root, 'open-'));
  writeFileSync(join(root, 'secret'), 'secret');
  vi.stubEnv('GIRDER_WORKER_LOCAL_PATHS', open);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function convert(input: object, output: object = {}) {
  const formats = { format: 'text' };
  return convertBuiltIn(testTask(), {
    type: 'string',
    input: { ...formats, ...input },
    output: { ...formats, ...output },
    fetch: true,
    status: null,
    options: {},
  });
}

test('a local file in an allowed folder can be read, by its path or its URL, and written', async () => {
  writeFileSync(join(open, 'a'), 'content');
  expect(await convert({ mode: 'local', path: join(open, 'a') })).toEqual({ format: 'text', data: 'content' });
  expect(await convert({ url: `file://${open}/a` })).toEqual({ format: 'text', data: 'content' });
  const binding = { mode: 'local', path: join(open, 'b') };
  expect(await convert({ data: 'new' }, binding)).toEqual({ ...binding, format: 'text' });
  expect(readFileSync(join(open, 'b'), 'utf8')).toBe('new');
});

test('local files cannot be opened unless the deployment lists their folder', async () => {
  vi.stubEnv('GIRDER_WORKER_LOCAL_PATHS', '');
  await expect(convert({ mode: 'local', path: '/etc/hostname' })).rejects.toThrow(
    'bindings of mode "local" are off. To turn them on, the deployment sets GIRDER_WORKER_LOCAL_PATHS',
  );
});

test('a path cannot leave an allowed folder by "..", by a similar name or by a symbolic link', async () => {
  symlinkSync(join(root, 'secret'), join(open, 'link'));
  symlinkSync(root, join(open, 'up'));
  symlinkSync(join(root, 'created'), join(open, 'dangling'));
  writeFileSync(`${open}-similar`, 'x');
  const outside = [
    `${open}/../secret`,
    `${open}/link`,
    `${open}/up/secret`,
    `${open}-similar`,
    `${open}/dangling`,
    open,
  ];
  for (const path of outside) {
    const reason = 'it is in none of the folders of GIRDER_WORKER_LOCAL_PATHS';
    await expect(convert({ mode: 'local', path }), path).rejects.toThrow(reason);
    await expect(convert({ data: 'x' }, { mode: 'local', path }), path).rejects.toThrow(reason);
  }
  expect(readFileSync(join(root, 'secret'), 'utf8')).toBe('secret');
});

test('a local file larger than the limit is not read', async () => {
  vi.stubEnv('GIRDER_WORKER_MAX_DATA_MB', '0.001');
  writeFileSync(join(open, 'a'), 'x'.repeat(2000));
  await expect(convert({ mode: 'local', path: join(open, 'a') })).rejects.toThrow('is larger than 0.001 MiB');
});
