import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { pythonVenv, requirePython } from '../support/requirements.ts';
import { type CeleryStack, startCeleryStack } from './celeryStack.ts';
import { latestCelery } from './versions.ts';

const wait = { timeoutMs: 20_000, intervalMs: 50 };

describe.skipIf(!requirePython())(`the TypeScript client and a worker of Celery ${latestCelery}`, () => {
  let celery: CeleryStack;
  let app: App;

  beforeAll(async () => {
    celery = await startCeleryStack(await pythonVenv(latestCelery));
    app = new App(createTaskClient(celery.env));
  }, 300_000);

  afterAll(() => celery?.stop());

  const send = (task: string, ...args: unknown[]) => app.sendTask(`labtasks.${task}`, args);
  const s = (task: string, ...args: unknown[]) => app.canvas.signature(`labtasks.${task}`, { args });
  const si = (task: string, ...args: unknown[]) => s(task, ...args).set({ immutable: true });

  describe('a task', () => {
    test('runs, and its result can be read', async () => {
      expect(await (await send('add', 1, 2)).get(wait)).toBe(3);
    });

    test('receives keyword arguments', async () => {
      const result = await app.sendTask('labtasks.keywords', [], { a: 1, é: [null] });
      expect(await result.get(wait)).toEqual({ a: 1, é: [null] });
    });

    test.each([
      ['null and booleans', [null, true]],
      ['an integer beyond 2^53', [2n ** 70n]],
      ['a text of any script', ['日本語 🎉 \u2028']],
      ['bytes', [new Uint8Array([0, 255])]],
      ['lists and objects', [[1, [2]], { a: { b: [] } }]],
    ])('receives and returns %s', async (_kind, values) => {
      const got = (await (await send('echo', ...values)).get(wait)) as unknown[];
      expect(got.map(plain)).toEqual(values.map(plain));
    });

    test('receives and returns NaN', async () => {
      expect(await (await send('echo', Number.NaN)).get(wait)).toEqual([Number.NaN]);
    });

    test('reads the headers, the shadow and the priority of its message', async () => {
      const options = { headers: { 'x-tenant': 'acme' }, shadow: 'disguise', priority: 7 };
      const seen = await (await app.sendTask('labtasks.request_dump', [], {}, options)).get(wait);
      expect(seen).toMatchObject({ ...options, headers: { 'x-tenant': 'acme' }, retries: 0, parentId: null });
    });

    test('with a countdown does not run before the countdown has passed', async () => {
      const sent = Date.now();
      const result = await app.sendTask('labtasks.now', [], {}, { countdown: 1 });
      expect(await result.get(wait)).toBeGreaterThanOrEqual((sent + 1000) / 1000);
    });

    test('that has expired is REVOKED', async () => {
      const result = await app.sendTask('labtasks.add', [1, 2], {}, { expires: new Date(Date.now() - 10_000) });
      await expect(result.get(wait)).rejects.toMatchObject({ name: 'TaskRevokedError', message: 'expired' });
      expect(await result.state()).toBe('REVOKED');
    });

    test('that fails throws an error with the name, the arguments and the traceback of its exception', async () => {
      const result = await send('raises', 'boom');
      await expect(result.get(wait)).rejects.toMatchObject({
        name: 'ValueError',
        message: 'boom, 42',
        stack: expect.stringContaining('labtasks.py'),
      });
      expect(await result.state()).toBe('FAILURE');
    });

    test('that is not registered throws NotRegistered', async () => {
      await expect((await app.sendTask('nobody.has.this')).get(wait)).rejects.toMatchObject({
        name: 'NotRegistered',
      });
    });

    test('that retries has the result of its last run', async () => {
      expect(await (await app.sendTask('labtasks.work.retried', [2])).get(wait)).toBe(2);
    });

    test('that sends other tasks has them as children', async () => {
      const result = await app.sendTask('labtasks.canvas.spawns', [2]);
      const ids = await result.get(wait);
      expect((await result.children()).map(({ id }) => id)).toEqual(ids);
    });

    test('that stores a custom state has this state', async () => {
      const result = await app.sendTask('labtasks.work.tells_and_ignores', ['PROGRESS', { current: 1 }]);
      await expect.poll(() => result.state(), { timeout: 20_000 }).toBe('PROGRESS');
    });

    test('calls its callback with its result, and its errback with its id', async () => {
      const [linked, failed] = [crypto.randomUUID(), crypto.randomUUID()];
      await s('add', 1, 2)
        .link(s('add', 10).set({ taskId: linked }))
        .applyAsync();
      expect(await app.AsyncResult(linked).get(wait)).toBe(13);
      const errback = app.canvas.signature('labtasks.canvas.on_error_id').set({ taskId: failed });
      const failing = await s('raises', 'x').linkError(errback).applyAsync();
      expect(await app.AsyncResult(failed).get(wait)).toBe(failing.id);
    });
  });

  describe('a canvas', () => {
    test('chain: each step receives the result of the step before it', async () => {
      const result = await app.canvas.chain(s('add', 1, 2), s('add', 3), s('mul', 10)).applyAsync();
      expect(await result.get(wait)).toBe(60);
      expect(await result.parent?.get(wait)).toBe(6);
    });

    test('chain: if a step fails, the steps after it fail', async () => {
      const result = await app.canvas.chain(s('raises', 'first'), s('add', 1)).applyAsync();
      await expect(result.get(wait)).rejects.toMatchObject({ name: 'ValueError', message: 'first, 42' });
    });

    test('group: the results are in the order of the members', async () => {
      const result = await app.canvas.group(s('pauses', 0.2, 0), s('add', 0, 1), s('add', 1, 1)).applyAsync();
      expect(await result.get(wait)).toEqual([0, 1, 2]);
      expect(await result.completedCount()).toBe(3);
    });

    test('group: a saved group can be restored', async () => {
      const result = await app.canvas.group(s('add', 1, 1), s('add', 2, 2)).applyAsync();
      await result.save();
      const restored = await app.GroupResult.restore(result.id);
      expect(await restored?.get(wait)).toEqual([2, 4]);
    });

    test('chord: the Python worker counts the members and calls the body', async () => {
      const result = await app.canvas.chord([s('add', 1, 1), s('add', 2, 2)], s('xsum')).applyAsync();
      expect(await result.get(wait)).toBe(6);
    });

    test('chord: if a member fails, the body fails with a ChordError', async () => {
      const result = await app.canvas.chord([s('add', 1, 1), s('raises', 'hdr')], s('xsum')).applyAsync();
      await expect(app.AsyncResult(result.id).get(wait)).rejects.toMatchObject({
        name: 'ChordError',
        message: expect.stringContaining("ValueError('hdr', 42)"),
      });
    });

    test('chord: members and body can be chains', async () => {
      const { chain, chord } = app.canvas;
      const header = [1, 2].map((i) => chain(s('add', i, i), s('mul', 10)));
      const result = await chord(header, chain(s('xsum'), s('add', 1))).applyAsync();
      expect(await result.get(wait)).toBe(61);
    });

    test('chain: a group can be followed by further steps', async () => {
      const { chain, group } = app.canvas;
      const steps = chain(s('add', 1, 1), group(s('add', 1), s('mul', 10)), s('xsum'), si('add', 20, 3));
      expect(await (await steps.applyAsync()).get(wait)).toBe(23);
    });

    test('chunks: each chunk returns a list of results', async () => {
      const items = Array.from({ length: 5 }, (_, i) => [i, i]);
      const result = await app.canvas.chunks(s('add'), items, 2).applyAsync();
      expect(await result.get(wait)).toEqual([[0, 2], [4, 6], [8]]);
    });

    test('signature: a signature that was stored as JSON can be sent', async () => {
      const stored = JSON.parse(JSON.stringify(app.canvas.chain(s('add', 1, 2), s('mul', 10)))) as Record<
        string,
        unknown
      >;
      expect(await (await app.canvas.signature(stored).applyAsync()).get(wait)).toBe(30);
    });
  });
});

describe.skipIf(!requirePython())('a Python worker that a test starts', () => {
  test('ends when the process that started it is killed', async () => {
    const holder = spawn(
      process.execPath,
      [fileURLToPath(new URL('fixtures/celeryHolder.ts', import.meta.url)), await pythonVenv(latestCelery)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const pid = await firstLine(holder);
    holder.kill('SIGKILL');
    await expect.poll(() => isAlive(Number(pid)), { timeout: 10_000 }).toBe(false);
  }, 300_000);
});

/** Bytes are compared by their values, independent of their class. */
function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface({ input: stdout! }), 'line')) as [string];
  return line;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
