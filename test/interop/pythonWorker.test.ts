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

const patience = { timeoutMs: 20_000, intervalMs: 50 };

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
    test('is run, and its result read', async () => {
      expect(await (await send('add', 1, 2)).get(patience)).toBe(3);
    });

    test('is given keyword arguments', async () => {
      const result = await app.sendTask('labtasks.keywords', [], { a: 1, é: [null] });
      expect(await result.get(patience)).toEqual({ a: 1, é: [null] });
    });

    test.each([
      ['null and booleans', [null, true]],
      ['an integer beyond 2^53', [2n ** 70n]],
      ['a text of any script', ['日本語 🎉 \u2028']],
      ['bytes', [new Uint8Array([0, 255])]],
      ['lists and objects', [[1, [2]], { a: { b: [] } }]],
    ])('gives back %s', async (_kind, values) => {
      const got = (await (await send('echo', ...values)).get(patience)) as unknown[];
      expect(got.map(plain)).toEqual(values.map(plain));
    });

    test('passes NaN through', async () => {
      expect(await (await send('echo', Number.NaN)).get(patience)).toEqual([Number.NaN]);
    });

    test('sees the headers, the shadow and the priority of its message', async () => {
      const options = { headers: { 'x-tenant': 'acme' }, shadow: 'disguise', priority: 7 };
      const seen = await (await app.sendTask('labtasks.request_dump', [], {}, options)).get(patience);
      expect(seen).toMatchObject({ ...options, headers: { 'x-tenant': 'acme' }, retries: 0, parentId: null });
    });

    test('that waits for its eta is run no sooner', async () => {
      const sent = Date.now();
      const result = await app.sendTask('labtasks.now', [], {}, { countdown: 1 });
      expect(await result.get(patience)).toBeGreaterThanOrEqual((sent + 1000) / 1000);
    });

    test('that has expired is revoked', async () => {
      const result = await app.sendTask('labtasks.add', [1, 2], {}, { expires: new Date(Date.now() - 10_000) });
      await expect(result.get(patience)).rejects.toMatchObject({ name: 'TaskRevokedError', message: 'expired' });
      expect(await result.state()).toBe('REVOKED');
    });

    test('that fails throws an error with its name, its arguments and its traceback', async () => {
      const result = await send('raises', 'boom');
      await expect(result.get(patience)).rejects.toMatchObject({
        name: 'ValueError',
        message: 'boom, 42',
        stack: expect.stringContaining('labtasks.py'),
      });
      expect(await result.state()).toBe('FAILURE');
    });

    test('that the worker does not have throws NotRegistered', async () => {
      await expect((await app.sendTask('nobody.has.this')).get(patience)).rejects.toMatchObject({
        name: 'NotRegistered',
      });
    });

    test('that retries gives the result of its last run', async () => {
      expect(await (await app.sendTask('labtasks.work.retried', [2])).get(patience)).toBe(2);
    });

    test('that sends others has them for children', async () => {
      const result = await app.sendTask('labtasks.canvas.spawns', [2]);
      const ids = await result.get(patience);
      expect((await result.children()).map(({ id }) => id)).toEqual(ids);
    });

    test('that tells a state of its own is seen in it', async () => {
      const result = await app.sendTask('labtasks.work.tells_and_ignores', ['PROGRESS', { current: 1 }]);
      await expect.poll(() => result.state(), { timeout: 20_000 }).toBe('PROGRESS');
    });

    test('calls its callback with its result, and its errback with its id', async () => {
      const [linked, failed] = [crypto.randomUUID(), crypto.randomUUID()];
      await s('add', 1, 2)
        .link(s('add', 10).set({ taskId: linked }))
        .applyAsync();
      expect(await app.AsyncResult(linked).get(patience)).toBe(13);
      const errback = app.canvas.signature('labtasks.canvas.on_error_id').set({ taskId: failed });
      const failing = await s('raises', 'x').linkError(errback).applyAsync();
      expect(await app.AsyncResult(failed).get(patience)).toBe(failing.id);
    });
  });

  describe('a canvas', () => {
    test('chain: each step is given the result before it', async () => {
      const result = await app.canvas.chain(s('add', 1, 2), s('add', 3), s('mul', 10)).applyAsync();
      expect(await result.get(patience)).toBe(60);
      expect(await result.parent?.get(patience)).toBe(6);
    });

    test('chain: a step that fails fails the steps after it', async () => {
      const result = await app.canvas.chain(s('raises', 'first'), s('add', 1)).applyAsync();
      await expect(result.get(patience)).rejects.toMatchObject({ name: 'ValueError', message: 'first, 42' });
    });

    test('group: the results are in the order of the members', async () => {
      const result = await app.canvas.group(s('pauses', 0.2, 0), s('add', 0, 1), s('add', 1, 1)).applyAsync();
      expect(await result.get(patience)).toEqual([0, 1, 2]);
      expect(await result.completedCount()).toBe(3);
    });

    test('group: one that was saved is restored', async () => {
      const result = await app.canvas.group(s('add', 1, 1), s('add', 2, 2)).applyAsync();
      await result.save();
      const restored = await app.GroupResult.restore(result.id);
      expect(await restored?.get(patience)).toEqual([2, 4]);
    });

    test('chord: the Python worker counts the members and calls the body', async () => {
      const result = await app.canvas.chord([s('add', 1, 1), s('add', 2, 2)], s('xsum')).applyAsync();
      expect(await result.get(patience)).toBe(6);
    });

    test('chord: a member that fails is a ChordError of the body', async () => {
      const result = await app.canvas.chord([s('add', 1, 1), s('raises', 'hdr')], s('xsum')).applyAsync();
      await expect(app.AsyncResult(result.id).get(patience)).rejects.toMatchObject({
        name: 'ChordError',
        message: expect.stringContaining("ValueError('hdr', 42)"),
      });
    });

    test('chord of chains, with a chain for a body', async () => {
      const { chain, chord } = app.canvas;
      const header = [1, 2].map((i) => chain(s('add', i, i), s('mul', 10)));
      const result = await chord(header, chain(s('xsum'), s('add', 1))).applyAsync();
      expect(await result.get(patience)).toBe(61);
    });

    test('chain through a group, and on', async () => {
      const { chain, group } = app.canvas;
      const steps = chain(s('add', 1, 1), group(s('add', 1), s('mul', 10)), s('xsum'), si('add', 20, 3));
      expect(await (await steps.applyAsync()).get(patience)).toBe(23);
    });

    test('chunks: each is a list of results', async () => {
      const items = Array.from({ length: 5 }, (_, i) => [i, i]);
      const result = await app.canvas.chunks(s('add'), items, 2).applyAsync();
      expect(await result.get(patience)).toEqual([[0, 2], [4, 6], [8]]);
    });

    test('a signature that Python would write as JSON is sent like any other', async () => {
      const stored = JSON.parse(JSON.stringify(app.canvas.chain(s('add', 1, 2), s('mul', 10)))) as Record<
        string,
        unknown
      >;
      expect(await (await app.canvas.signature(stored).applyAsync()).get(patience)).toBe(30);
    });
  });
});

describe.skipIf(!requirePython())('a Python worker of the tests', () => {
  test('ends with the process that has started it, however that ends', async () => {
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

/** Bytes compare by their values, whatever holds them. */
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
