import { beforeEach, describe, expect, test } from 'vitest';
import { bodyAsRecorded, comparable, recorded } from '../canvas/fixtures/recorded.ts';
import { loadConnections } from '../connections/connections.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { App } from '../task/app.ts';
import type { AnyResult, GroupResult, TaskMessage } from '../task/client/client.ts';
import type { Signature } from '../task/client/signature.ts';
import { runAs } from '../task/current.ts';
import { createRecordedTransport, type RecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import { createClient, createTaskClient } from './client.ts';
import { connectRemoteControl } from './remoteControl.ts';

let transport: RecordedTransport;
let store: ResultStore;
let revoked: string[];
let app: App;
let tasks: ReturnType<typeof declare>;

beforeEach(() => {
  transport = createRecordedTransport();
  store = createMemoryStore();
  revoked = [];
  const revoke = async (ids: string | readonly string[]) => void revoked.push(...[ids].flat());
  app = new App(
    createClient({
      transport,
      store: async () => store,
      control: { ...connectRemoteControl(async () => loadConnections({})), revoke },
    }),
  );
  tasks = declare(app);
});

function declare(owner: App) {
  return {
    add: owner.task({ name: 'labtasks.add' }, (x: number, y: number) => x + y),
    xsum: owner.task({ name: 'labtasks.xsum' }, (all: number[]) => all.length),
    onerr: owner.task({ name: 'labtasks.onerr' }, (id: string) => id),
    note: owner.task({ name: 'labtasks.note' }, (...args: unknown[]) => args),
    slow: owner.task({ name: 'labtasks.slow', queue: 'slow', priority: 3 }, (x: number, y = 0) => x + y),
  };
}

function sent() {
  return transport.published.map(({ body }) => bodyAsRecorded(body));
}

/** Claims a task, as a worker does. */
async function running(id: string) {
  const claim = {
    id,
    owner: 'o',
    leaseEndMs: Date.now() + 60_000,
    epoch: 0,
    worker: { pid: 1, hostname: 'h' },
    ignoreResult: false,
  };
  await store.claim(claim);
  const context = (childrenJson = '[]') => ({ group: null, parentId: null, childrenJson });
  return {
    progress: (metaJson: string) => store.updateState(claim, 'PROGRESS', metaJson, context()),
    succeed: (resultJson: string, childrenJson = '[]') =>
      store.complete(claim, { state: 'SUCCESS', resultJson }, context(childrenJson)),
  };
}

async function ended(id: string, resultJson: string, childrenJson = '[]'): Promise<void> {
  await (await running(id)).succeed(resultJson, childrenJson);
}

describe('publishes what Celery’s client publishes for', () => {
  const { signature, chain, group, chord, chunks } = new Proxy({} as App['canvas'], {
    get:
      (_, name: keyof App['canvas']) =>
      (...args: never[]) =>
        (app.canvas[name] as (...args: never[]) => unknown)(...args),
  });

  const canvases: Readonly<Record<string, (t: typeof tasks) => Signature>> = {
    task: ({ add }) => add.s(1, 2),
    'task with options': ({ add }) =>
      add.s(1, 2).set({
        ...{ queue: 'other', priority: 5, timeLimit: 60, softTimeLimit: 50, shadow: 'x', ignoreResult: true },
        ...{ retries: 2, headers: { 'x-a': 'b' }, replyTo: 'me', taskId: 'T' },
      }),
    'task of its own queue': ({ slow }) => slow.s(1),
    'task with links': ({ add, note, onerr }) => add.s(1, 2).link(add.s(3)).link(note.si()).linkError(onerr.s()),
    'chain of three': ({ add }) => add.s(1, 2).pipe(add.s(3)).pipe(add.s(4)),
    'chain in chain': ({ add }) => chain(add.s(1, 2), chain(add.s(3), add.s(4)), add.s(5)),
    'chain with errback': ({ add, onerr }) => chain(add.s(1, 2), add.s(3)).linkError(onerr.s()),
    'chain with link': ({ add, note }) => chain(add.s(1, 2), add.s(3)).link(note.s()),
    'chain with immutable step': ({ add, note }) => chain([add.s(1, 2), note.si('x'), add.s(1)]),
    'chain with options': ({ add, slow }) => chain(add.s(1, 2), slow.s(3)).set({ queue: 'q', priority: 2 }),
    'group of three': ({ add }) => group([0, 1, 2].map((i) => add.s(i, i))),
    'group of chains': ({ add }) => group(chain(add.s(1, 1), add.s(1)), add.s(3, 3)),
    'group with errback': ({ add, onerr }) => group(add.s(1, 1), add.s(2, 2)).linkError(onerr.s()),
    'group with link': ({ add, note }) => group(add.s(1, 1), add.s(2, 2)).link(note.s()),
    'chord of none': ({ xsum }) => chord([], xsum.s()),
    'chord with errback': ({ add, xsum, onerr }) =>
      chord(group(add.s(1, 1), add.s(2, 2)), xsum.s().linkError(onerr.s())),
    'chord of chains': ({ add, xsum }) =>
      chord([chain(add.s(1, 1), add.s(10)), chain(add.s(2, 2), add.s(20))], xsum.s()),
    'chain with group': ({ add, xsum }) => chain(add.s(1, 1), group(add.s(1), add.s(2)), xsum.s(), add.s(100)),
    'chain that begins with a group': ({ add, xsum }) => group(add.s(1, 1), add.s(2, 2)).pipe(xsum.s()),
    'stamped chain': ({ add }) => chain(add.s(1, 2), add.s(3)).stamp({ trace: 't-9' }),
    'stamped chord': ({ add, xsum }) => chord([add.s(1, 1), add.s(2, 2)], xsum.s()).stamp({ trace: 't-9' }),
    chunks: ({ add }) =>
      chunks(
        add.s(),
        [0, 1, 2, 3, 4].map((i) => [i, i]),
        2,
      ),
    starmap: ({ add }) =>
      signature('celery.starmap', {
        kwargs: {
          task: add.s(),
          it: [
            [1, 2],
            [3, 4],
          ],
        },
        immutable: true,
        ignoreResult: false,
      }),
  };

  test.each(Object.entries(canvases))('the canvas “%s”', async (name, make) => {
    await make(tasks).applyAsync();
    expect(comparable(sent())).toEqual(comparable(recorded[name]!.messages));
  });

  test('a signature in the form of a dict', async () => {
    await signature(
      JSON.parse(JSON.stringify(chord([tasks.add.s(1, 1), tasks.add.s(2, 2)], tasks.xsum.s()))),
    ).applyAsync();
    expect(comparable(sent())).toEqual(comparable(recorded.chord!.messages));
  });
});

test('arguments of the call precede those of the signature, unless it is immutable, and its options win', async () => {
  await tasks.add.s(2).applyAsync([1], { queue: 'q', countdown: 60 });
  await tasks.add.si(3, 4).delay(1);
  expect(sent().map(({ body, properties }) => [(body as unknown[])[0], properties.queue])).toEqual([
    [[1, 2], 'q'],
    [[3, 4], 'celery'],
  ]);
  expect(Date.parse(String(sent()[0]!.headers.eta)) - Date.now()).toBeGreaterThan(55_000);
});

test('a handle is written as the ids of its results in Celery’s form, with its parents and the members of a group', async () => {
  const task = await tasks.add.delay(1, 2);
  expect(stringifyPythonJson(task)).toBe(`[["${task.id}", null], null]`);
  const body = await app.canvas.chord([tasks.add.s(1, 1), tasks.add.s(2, 2)], tasks.xsum.s()).applyAsync();
  const header = body.parent as GroupResult;
  const members = header.results.map(({ id }) => [[id, null], null]);
  expect(JSON.parse(stringifyPythonJson({ nested: body }))).toEqual({
    nested: [[body.id, [[header.id, null], members]], null],
  });
});

test('methods change a signature in place, and a clone is independent of it', () => {
  const one = tasks.add.s(1, 2);
  const other = one.clone();
  expect(one.set({ queue: 'q', immutable: true })).toBe(one);
  expect(one.toJSON()).toMatchObject({ options: { queue: 'q' }, immutable: true });
  expect(other.toJSON()).toMatchObject({ options: {}, immutable: false });
});

test('linking a callback twice links it once', () => {
  const one = tasks.add.s(1, 2).link(tasks.note.s()).link(tasks.note.s());
  expect(one.toJSON().options).toMatchObject({ link: [{ task: 'labtasks.note' }] });
});

test('the options of a call for SQS reach the transport', async () => {
  await tasks.add.applyAsync([1, 2], {
    queue: 'jobs.fifo',
    messageGroupId: 'g',
    messageDeduplicationId: 'd',
    delaySeconds: 3,
  });
  expect(transport.published[0]!.options).toEqual({
    queue: 'jobs.fifo',
    messageGroupId: 'g',
    messageDeduplicationId: 'd',
    delaySeconds: 3,
  });
});

test('for a task that is not defined in this process its worker decides whether to store a result', async () => {
  await app.sendTask('python.task');
  await tasks.add.delay(1, 2);
  expect(sent().map(({ headers }) => headers.ignore_result)).toEqual([null, false]);
});

test('a typed app sends tasks and signatures by name as the app does, with the options of tasks of this process', async () => {
  const typed = app.typed<{ 'labtasks.slow': (x: number, y?: number) => number; 'python.ping': () => string }>();
  const result = await typed.sendTask('labtasks.slow', [1], { y: 2 }, { countdown: 1 });
  await typed.sendTask('python.ping');
  await typed.signature('labtasks.slow', { args: [1] }).applyAsync();
  await tasks.slow.delay(1);
  await typed.sendTask('labtasks.slow', [1]);
  expect(
    sent().map(({ body, headers, properties }) => [(body as unknown[]).slice(0, 2), headers.task, properties.queue]),
  ).toEqual([
    [[[1], { y: 2 }], 'labtasks.slow', 'celery'],
    [[[], {}], 'python.ping', 'celery'],
    [[[1], {}], 'labtasks.slow', 'celery'],
    [[[1], {}], 'labtasks.slow', 'slow'],
    [[[1], {}], 'labtasks.slow', 'slow'],
  ]);
  expect(sent()[0]!.headers.id).toBe(result.id);
});

test('a message that a running task sends has its root, and its result becomes a child; of a chord the header does', async () => {
  const children: unknown[] = [];
  const [single, body] = await runAs({ rootId: 'root', task: 't', parentId: 'me', children, runtime: {} }, () =>
    Promise.all([tasks.add.delay(1, 2), app.canvas.chord([tasks.add.s(1, 1)], tasks.xsum.s()).applyAsync()]),
  );
  expect(sent().map(({ headers }) => [headers.root_id, headers.parent_id])).toEqual([
    ['root', 'me'],
    ['root', 'me'],
  ]);
  expect(children).toHaveLength(2);
  expect(children).toContainEqual([[single.id, null], null]);
  expect(children).toContainEqual([[body.parent!.id, null], [expect.anything()]]);
});

describe('an AsyncResult', () => {
  test('of a chain has the steps before the last one as its parents', async () => {
    const { add } = tasks;
    const last = await app.canvas.chain(add.s(1, 2), add.s(3), add.s(4)).applyAsync();
    const ids: string[] = [];
    for (let result: AnyResult | null = last; result; result = result.parent) ids.push(result.id);
    const [, , embed] = sent()[0]!.body as [unknown, unknown, { chain: { options: { task_id: string } }[] }];
    expect(ids).toEqual([...embed.chain.map(({ options }) => options.task_id), sent()[0]!.headers.id]);
  });

  test('returns the children of its task', async () => {
    const result = await tasks.add.delay(1, 2);
    expect(await result.children()).toEqual([]);
    await ended(result.id, '3', '[[["c", null], null], [["g", null], [[["m", null], null]]]]');
    const [child, group] = await result.children();
    expect([child?.id, group?.id]).toEqual(['c', 'g']);
    expect(group && 'results' in group && group.results.map(({ id }) => id)).toEqual(['m']);
  });

  test('of a chord has its header as parent, which can be restored because the chord is written before it is sent', async () => {
    const { add, xsum } = tasks;
    const body = await app.canvas.chord([add.s(1, 1), add.s(2, 2)], xsum.s()).applyAsync();
    expect(await app.GroupResult.restore(body.parent!.id)).toMatchObject({ id: body.parent!.id });
    expect(await store.countChordMember(body.parent!.id, { index: 0, memberId: 'm' })).toMatchObject({
      count: 1,
      isNew: true,
    });
  });
});

describe('a result that a step before it never lets run', () => {
  const failure = { type: 'ValueError', module: 'builtins', argsJson: '["no"]', traceback: null };

  test('of a chain rejects when an earlier step is revoked, also while it waits', async () => {
    const { add } = tasks;
    const last = await app.canvas.chain(add.s(1, 2), add.s(3), add.s(4)).applyAsync();
    const waiting = last.get({ intervalMs: 10 });
    await store.revoke(last.parent!.parent!.id, 'revoked');
    await expect(waiting).rejects.toMatchObject({ name: 'TaskRevokedError', message: 'revoked' });
  });

  test('of a chain rejects with the error of the first step that has failed', async () => {
    const { add } = tasks;
    const last = await app.canvas.chain(add.s(1, 2), add.s(3), add.s(4)).applyAsync();
    await store.fail(last.parent!.id, { ...failure, type: 'KeyError' }, { group: null, parentId: null });
    await store.fail(last.parent!.parent!.id, failure, { group: null, parentId: null });
    await expect(last.get()).rejects.toMatchObject({ name: 'ValueError', message: 'no' });
  });

  test('of a chord rejects with the error of a member of its header', async () => {
    const { add, xsum } = tasks;
    const body = await app.canvas.chord([add.s(1, 1), add.s(2, 2)], xsum.s()).applyAsync();
    const [, member] = (body.parent as GroupResult).results;
    await store.fail(member!.id, failure, { group: null, parentId: null });
    await expect(body.get()).rejects.toMatchObject({ name: 'ValueError' });
  });

  test('of a group after a step rejects with the error of the step', async () => {
    const { add } = tasks;
    const group = await app.canvas.chain(add.s(1, 2), app.canvas.group(add.s(1), add.s(2))).applyAsync();
    await store.fail(group.parent!.id, failure, { group: null, parentId: null });
    await expect(group.get()).rejects.toMatchObject({ name: 'ValueError' });
  });

  test('returns its value if it has ended, whatever the steps before it did', async () => {
    const last = await app.canvas.chain(tasks.add.s(1, 2), tasks.add.s(3)).applyAsync();
    await ended(last.id, '6');
    await store.fail(last.parent!.id, failure, { group: null, parentId: null });
    expect(await last.get()).toBe(6);
  });
});

describe('the progress of a task', () => {
  test('is its info() until it has ended; then that is the value', async () => {
    const result = await tasks.add.delay(1, 2);
    expect(await result.info()).toBeUndefined();
    const finish = await running(result.id);
    await finish.progress('{"current": 1, "total": 3}');
    expect([await result.state(), await result.info(), await result.result()]).toEqual([
      'PROGRESS',
      { current: 1, total: 3 },
      undefined,
    ]);
    await finish.succeed('3');
    expect(await result.info()).toBe(3);
  });

  test('is passed to onMessage, each state once', async () => {
    const result = await tasks.add.delay(1, 2);
    const run = await running(result.id);
    const messages: unknown[] = [];
    const next = ['{"current": 1}', '{"current": 1}', '{"current": 2}'];
    const onMessage = (message: TaskMessage) => messages.push([message.state, message.result]);
    await run.progress(next.shift()!);
    const waiting = result.get({ intervalMs: 1, onMessage });
    await expect.poll(() => messages.length).toBe(1);
    for (const meta of next) await run.progress(meta);
    await expect.poll(() => messages.length).toBe(2);
    await run.succeed('3');
    expect(await waiting).toBe(3);
    expect(messages).toEqual([
      ['PROGRESS', { current: 1 }],
      ['PROGRESS', { current: 2 }],
      ['SUCCESS', 3],
    ]);
  });

  test('of a group names the member', async () => {
    const group = await app.canvas.group(tasks.add.s(1, 1), tasks.add.s(2, 2)).applyAsync();
    const ids = group.results.map(({ id }) => id);
    for (const id of ids) await ended(id, '2');
    const messages: TaskMessage[] = [];
    await group.get({ onMessage: (message) => messages.push(message) });
    expect(messages.map(({ taskId }) => taskId)).toEqual(ids);
  });
});

describe('a GroupResult', () => {
  async function sendGroup() {
    const { add } = tasks;
    return app.canvas.group(add.s(1, 1), add.s(2, 2)).applyAsync();
  }

  test('returns the results of its members in order', async () => {
    const group = await sendGroup();
    const [first, second] = group.results;
    await ended(second!.id, '4');
    expect([await group.ready(), await group.completedCount()]).toEqual([false, 1]);
    const waiting = group.get({ intervalMs: 10 });
    await ended(first!.id, '2');
    expect(await waiting).toEqual([2, 4]);
    expect([await group.ready(), await group.completedCount()]).toEqual([true, 2]);
  });

  test('throws the error of a member, and does not wait for the others', async () => {
    const group = await sendGroup();
    const failure = { type: 'ValueError', module: 'builtins', argsJson: '["no"]', traceback: null };
    await store.fail(group.results[1]!.id, failure, { group: null, parentId: null });
    await expect(group.get()).rejects.toMatchObject({ name: 'ValueError', message: 'no' });
  });

  test('names the member that has not ended when its timeout has passed', async () => {
    const group = await sendGroup();
    await ended(group.results[0]!.id, '2');
    await expect(group.get({ timeoutMs: 1 })).rejects.toThrow(
      `Task ${group.results[1]!.id} of group ${group.id} has not ended`,
    );
  });

  test('can be restored by its id after save(), and not after forget()', async () => {
    const group = await sendGroup();
    expect(await app.GroupResult.restore(group.id)).toBeUndefined();
    await group.save();
    const restored = await app.GroupResult.restore(group.id);
    expect(restored?.results.map(({ id }) => id)).toEqual(group.results.map(({ id }) => id));
    await group.forget();
    expect(await app.GroupResult.restore(group.id)).toBeUndefined();
  });

  test('revokes all its members with revoke()', async () => {
    const group = await sendGroup();
    await group.revoke();
    expect(revoked).toEqual(group.results.map(({ id }) => id));
  });
});

test('a chain without steps and a callback on a group are rejected, and nothing is published', async () => {
  await expect(app.canvas.chain([]).applyAsync()).rejects.toMatchObject({ code: 'NOTHING_TO_RUN' });
  await expect(app.canvas.group(tasks.add.s(1, 2)).applyAsync([], { link: tasks.note.s() })).rejects.toMatchObject({
    code: 'OPTION_MALFORMED',
  });
  expect(transport.published).toEqual([]);
});

describe('a client of the environment', () => {
  const malformed = { GIRDER_WORKER_BROKER: 'amqp://x', GIRDER_WORKER_BACKEND: 'redis://x' };
  const refused = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'us-east-1' };

  test('rejects at once if the URL that it needs is malformed, and names the variable', async () => {
    const other = new App(createTaskClient(malformed));
    await expect(other.AsyncResult('id').get()).rejects.toThrow(/Invalid settings[\s\S]*redis:/);
    await expect(other.sendTask('a.task')).rejects.toThrow(/Invalid settings[\s\S]*amqp:/);
    await expect(other.AsyncResult('id').get()).rejects.not.toThrow(/amqp:/);
    await expect(other.control.revoke('id')).rejects.toThrow(/amqp:[\s\S]*redis:|redis:[\s\S]*amqp:/);
  });

  test('reads results with a malformed broker URL, and sends tasks with a malformed backend URL', async () => {
    const unreachable = { ...refused, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_MAX_ATTEMPTS: '1' };
    const reader = new App(createTaskClient({ ...unreachable, GIRDER_WORKER_BROKER: 'amqp://x' }));
    const sender = new App(createTaskClient({ ...unreachable, GIRDER_WORKER_BACKEND: 'redis://x' }));
    // Both reach the connection, which is refused.
    await expect(reader.AsyncResult('id').state()).rejects.toThrow(/ECONNREFUSED/);
    await expect(sender.sendTask('a.task')).rejects.toThrow(/ECONNREFUSED/);
  });
});
