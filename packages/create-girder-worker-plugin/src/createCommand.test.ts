import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../../../test/support/deployment.ts';
import type { Terminal } from './askAnswers.ts';
import { createCommand } from './createCommand.ts';

let parent: TemporaryFolder;
let folder: string;
beforeEach(() => {
  parent = createTemporaryFolder();
  folder = join(parent.root, 'my-plugin');
});
afterEach(() => {
  parent[Symbol.dispose]();
  process.exitCode = undefined;
});

/** Runs the command. Returns its output and the exit code that it set. */
async function run(args: string[], terminal?: Terminal): Promise<{ out: string; err: string; exitCode: number }> {
  let out = '';
  let err = '';
  const command = createCommand({ terminal }).configureOutput({
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      err += text;
    },
  });
  process.exitCode = undefined;
  await command.parseAsync(args, { from: 'user' });
  return { out, err, exitCode: Number(process.exitCode ?? 0) };
}

async function manifest(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

describe('girder-worker create, without a terminal', () => {
  test('creates a package named after its folder, and prints the next steps', async () => {
    const { out, err, exitCode } = await run([folder]);
    expect(await manifest()).toMatchObject({ name: 'my-plugin', license: 'Apache-2.0' });
    expect(out).toBe(`Created my-plugin in ${folder}: 8 files.

Next steps:
  cd ${folder}
  npm install
  npm test

To run its tasks, in the folder of a deployment:
  npm install --install-links ${folder}
  npm run build-registry
`);
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
  });

  test('has an option for every question', async () => {
    const answers = ['--name', '@acme/tiles', '--description', 'Cuts "tiles".', '--author', 'Ada', '--license', 'MIT'];
    await run([folder, ...answers, '--class', 'Tiles', '--task', 'cut']);
    expect(await manifest()).toMatchObject({
      name: '@acme/tiles',
      description: 'Cuts "tiles".',
      author: 'Ada',
      license: 'MIT',
      entry_points: { girder_worker_plugins: ['tiles = @acme/tiles:Tiles'] },
    });
    expect(await readFile(join(folder, 'src/tasks.ts'), 'utf8')).toContain('export const cut = app.task(');
  });

  test('quotes a path with a space in the next steps', async () => {
    const { out } = await run([join(parent.root, "Ada's plugin")]);
    expect(out).toContain(`  cd '${parent.root}/Ada'\\''s plugin'\n`);
  });

  test('lists invalid answers with their codes, and creates nothing', async () => {
    const { out, err, exitCode } = await run([folder, '--name', '../x', '--class', 'my plugin']);
    expect(err).toMatch(/^No file was written:\n1\. \[NAME_INVALID\] .*"\.\.\/x".*\n2\. \[CLASS_INVALID\] .*\n$/);
    expect({ out, exitCode }).toEqual({ out: '', exitCode: 1 });
    expect(await readdir(parent.root)).toEqual([]);
  });

  test('refuses a folder that is not empty unless --force is given', async () => {
    await run([folder]);
    const refused = await run([folder, '--license', 'MIT']);
    expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('[FOLDER_NOT_EMPTY]') });
    expect(await run([folder, '--license', 'MIT', '--force'])).toMatchObject({ exitCode: 0 });
    expect(await manifest()).toMatchObject({ license: 'MIT' });
  });

  test('needs a folder or a name', async () => {
    expect(await run([])).toMatchObject({ exitCode: 1, err: expect.stringContaining('[FOLDER_MISSING]') });
  });
});

/**
 * A terminal on which a user types: for each question, in order, the keys that answer it. A key that is typed before its
 * question is shown would be lost.
 */
function typing(answers: readonly (readonly [question: string, keys: string])[]): Terminal & { shown(): string } {
  const input = new PassThrough();
  const output = new PassThrough();
  const waiting = [...answers];
  let shown = '';
  let unread = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk;
    unread += chunk;
    const [next] = waiting;
    if (next === undefined || !unread.includes(next[0])) return;
    unread = '';
    waiting.shift();
    setImmediate(() => input.write(next[1])); // The question listens to keys after it is shown.
  });
  return { input, output, shown: () => shown };
}

describe('girder-worker create, on a terminal', () => {
  const enter = '\r';

  test('asks for what is not given, and takes the default for an empty line', async () => {
    const terminal = typing([
      ['Name of the package', `@acme/tiles${enter}`],
      ['Description', enter],
      ['Author', `Ada${enter}`],
      ['Plugin class', enter],
      ['Cancelable task', `cut${enter}`],
    ]);
    expect(await run([folder, '--license', 'MIT'], terminal)).toMatchObject({ err: '', exitCode: 0 });
    expect(await manifest()).toMatchObject({
      name: '@acme/tiles',
      description: 'Tasks for Girder Worker.',
      author: 'Ada',
      license: 'MIT',
      entry_points: { girder_worker_plugins: ['tiles = @acme/tiles:TilesPlugin'] },
    });
    expect(terminal.shown()).not.toContain('License');
  });

  test('shows why an answer is invalid, and asks again', async () => {
    const backspace = '\x7f';
    const terminal = typing([
      ['Cancelable task', `then${enter}`],
      ['cannot be imported dynamically', `${backspace.repeat(4)}cut${enter}`],
    ]);
    const given = ['--name', 'x', '--description', 'd', '--author', 'a', '--license', 'MIT', '--class', 'X'];
    expect(await run([folder, ...given], terminal)).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(folder, 'src/tasks.ts'), 'utf8')).toContain('export const cut = app.task(');
  });

  test('creates nothing after Ctrl-C', async () => {
    const terminal = typing([['Name of the package', '\x03']]);
    expect(await run([folder], terminal)).toEqual({
      out: '',
      err: 'Cancelled: nothing was created.\n',
      exitCode: 130,
    });
    expect(existsSync(folder)).toBe(false);
  });

  test('asks nothing with --yes', async () => {
    const terminal = typing([]);
    expect(await run([folder, '--yes'], terminal)).toMatchObject({ exitCode: 0 });
    expect(terminal.shown()).toBe('');
  });
});
