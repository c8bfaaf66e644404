import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { maxFollowingMessages, maxMapCalls } from '../canvas/signatures/limits.ts';
import { chordOf, groupOf, taskOf, type WireSignature } from '../canvas/signatures/signature.ts';
import { decode } from '../message/decode.ts';
import { encode, type OutgoingMessage } from '../message/encode.ts';
import { maxStampValues } from '../message/limits.ts';
import type { StoredResult } from '../store/resultStore.ts';
import { duringTurns } from '../system/fixtures/duringTurns.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const value = 'v'.repeat(1000);

function stackUnderTest() {
  const tasks = {
    'p.good': { load: () => app.task({ name: 'p.good' }, () => 1) },
    'p.large': { load: () => app.task({ name: 'p.large' }, () => 'x'.repeat(300_000)) },
    'p.nested': { load: () => app.task({ name: 'p.nested' }, () => nested(998)) },
    'p.replaced': {
      load: () =>
        app.task({ name: 'p.replaced' }, function (this: { replace(signature: unknown): Error }, members: number) {
          throw this.replace(app.canvas.group(tasksOf(members).map((task) => app.canvas.signature(task.task))));
        }),
      parameters: ['members'],
    },
    'p.replacedByChord': {
      load: () =>
        app.task(
          { name: 'p.replacedByChord' },
          function (this: { replace(signature: unknown): Error }, members: number) {
            const { chord, signature } = app.canvas;
            const longId = () => randomBytes(150).toString('base64url');
            const header = Array.from({ length: members }, () => signature('p.next').set({ taskId: longId() }));
            throw this.replace(chord(header, signature('p.body')));
          },
        ),
      parameters: ['members'],
    },
  };
  const stack = createVirtualStack({ tasks });
  return {
    ...stack,
    /** Runs a message, and resolves to the stored result of its task and to the bodies of what it published. */
    async run(message: OutgoingMessage): Promise<{ stored: StoredResult | undefined; published: readonly string[] }> {
      await stack.transport.publish(compressed(encode(message)), { queue: 'celery' });
      // Its own message is acknowledged by `invoke`, and what is left was published.
      await stack.invoke();
      return {
        stored: await stack.store.read(message.id),
        published: stack.transport.messages('celery').map(({ body }) => body),
      };
    },
  };
}

/** A message with a compressed body: 1 MiB, the most that SQS takes, may hold the signatures of a large group. */
function compressed(text: string): string {
  const envelope = JSON.parse(Buffer.from(text, 'base64').toString());
  envelope.body = deflateSync(Buffer.from(envelope.body, 'base64')).toString('base64');
  envelope.headers.compression = 'application/x-gzip';
  return Buffer.from(JSON.stringify(envelope)).toString('base64');
}

/** The members of a group whose ids fit into an item. */
const mostMembers = 18_000;

const noLinks = { callbacks: [], errbacks: [], chain: [], chord: null };

function tasksOf(count: number): WireSignature[] {
  return Array.from({ length: count }, () => taskOf('p.next'));
}

/** A signature in the arguments of one of Celery's own tasks, which a message may carry without a link. */
const celeryTasks: readonly (readonly [string, (count: number) => OutgoingMessage])[] = [
  [
    'celery.chunks with chunks of one item',
    (count) => ({
      task: 'celery.chunks',
      id: 'id',
      kwargs: { task: taskOf('p.next'), it: Array.from({ length: count }, () => 0), n: 1 },
    }),
  ],
  ['celery.group', (count) => ({ task: 'celery.group', id: 'id', args: [tasksOf(count), null, 'g', []] })],
  ['celery.chord', (count) => ({ task: 'celery.chord', id: 'id', args: [tasksOf(count), taskOf('p.body')] })],
];

describe.each(celeryTasks)('%s', (_, messageOf) => {
  test('sends as many messages as an item holds ids of them, and succeeds', async () => {
    const { stored, published } = await stackUnderTest().run(messageOf(mostMembers));
    expect(published).toHaveLength(mostMembers);
    expect(stored?.state).toBe('SUCCESS');
  }, 120_000);

  test('fails, and sends nothing, with more messages than an item holds ids', async () => {
    const { stored, published } = await stackUnderTest().run(messageOf(mostMembers + 2000));
    expect(published).toEqual([]);
    expect(stored?.exception?.args).toEqual([expect.stringContaining('more than the limit of 406528 bytes')]);
  }, 60_000);

  test('fails, and sends nothing, with one message more; the error names the limit and what to do', async () => {
    const { stored, published } = await stackUnderTest().run(messageOf(maxFollowingMessages + 1));
    expect(published).toEqual([]);
    expect(stored).toMatchObject({ state: 'FAILURE' });
    expect(stored?.exception?.args).toEqual([
      expect.stringMatching(
        /more than the limit of 25000 messages \(docs\/limits\.md\): (send fewer|use larger chunks)/,
      ),
    ]);
  });
});

test.each([
  ['a callback', { ...noLinks, callbacks: [groupOf(tasksOf(maxFollowingMessages + 1))] }],
  ['callbacks', { ...noLinks, callbacks: tasksOf(maxFollowingMessages + 1) }],
  ['the next step of its chain', { ...noLinks, chain: [chordOf(tasksOf(maxFollowingMessages + 1), taskOf('p.body'))] }],
  [
    'a chord whose body is copied into each of its members',
    { ...noLinks, callbacks: [chordOf(tasksOf(10_000), { ...taskOf('p.body'), args: ['z'.repeat(30_000)] })] },
  ],
  [
    'a group whose errbacks are copied to each of its members',
    {
      ...noLinks,
      callbacks: [
        {
          ...groupOf(tasksOf(3000)),
          options: { link_error: Array.from({ length: 3000 }, (_, i) => taskOf(`p.e${i}`)) },
        },
      ],
    },
  ],
  ['a message with more stamps than a worker accepts', { ...noLinks, callbacks: [stamped(maxStampValues + 1)] }],
  [
    'a message that SQS does not take',
    { ...noLinks, callbacks: [{ ...taskOf('p.next'), args: Array.from({ length: 600 }, () => value) }] },
  ],
])(
  'a task that is followed by %s beyond a limit has failed, and its errback is sent',
  async (_, embed) => {
    const { stored, published } = await stackUnderTest().run({
      ...{ task: 'p.good', id: 'id' },
      embed: { ...embed, errbacks: [taskOf('p.errback')] },
    });
    expect(stored).toMatchObject({ state: 'FAILURE', exception: { type: 'ImproperlyConfigured' } });
    expect(stored?.exception?.args).toEqual([
      expect.stringMatching(/more than the limit of \d+ .*\(docs\/limits\.md\): /),
    ]);
    expect(await Promise.all(published.map(async (body) => (await decode(body)).task))).toEqual(['p.errback']);
  },
  60_000,
);

test('a task that is followed by a group of 20000 members succeeds, and while the group is sent the event loop turns for other tasks', async () => {
  const embed = { ...noLinks, callbacks: [groupOf(tasksOf(20_000))] };
  let turns = 0;
  const count = () => {
    turns += 1;
  };
  const message = { task: 'p.good', id: 'id', embed };
  const { stored, published } = await duringTurns(count, () => stackUnderTest().run(message));
  expect(turns).toBeGreaterThan(300);
  expect(stored?.state).toBe('SUCCESS');
  expect(published).toHaveLength(20_000);
}, 120_000);

test('a task that is replaced by a chord with more ids than the items of a group hold has failed', async () => {
  const { stored, published } = await stackUnderTest().run({ task: 'p.replacedByChord', id: 'id', args: [12_000] });
  expect(stored?.exception?.args).toEqual([expect.stringContaining('more than the limit of 1626112 bytes')]);
  expect(published).toEqual([]);
}, 60_000);

test(`a message with ${maxStampValues} values of stamps follows a task`, async () => {
  const embed = { ...noLinks, callbacks: [stamped(maxStampValues)] };
  const { stored, published } = await stackUnderTest().run({ task: 'p.good', id: 'id', embed });
  expect(stored?.state).toBe('SUCCESS');
  expect(published).toHaveLength(1);
});

function stamped(count: number): WireSignature {
  return {
    ...taskOf('p.next'),
    options: { trace: Array.from({ length: count }, (_, i) => i), stamped_headers: ['trace'] },
  };
}

test('a task whose continuations exceed a limit counts in its chord, also if its errbacks exceed it, too', async () => {
  const { run, store } = stackUnderTest();
  const group = [
    ['g', null],
    [[['id', null], null] as const, [['other', null], null] as const],
  ] as const;
  await store.startChord('g', group);
  const tooMany = { ...groupOf(tasksOf(3000)), options: { link_error: tasksOf(3000) } };
  const embed = {
    callbacks: [tooMany],
    errbacks: [tooMany],
    chain: [],
    chord: { ...taskOf('p.body'), options: { task_id: 'body' } },
  };
  await run({ task: 'p.good', id: 'id', group: 'g', groupIndex: 0, embed });
  expect(await store.countChordMember('g', { index: 1, memberId: 'other' })).toMatchObject({ count: 2, isNew: true });
});

test('a task that is replaced by more than the limit has failed', async () => {
  const { stored, published } = await stackUnderTest().run({
    ...{ task: 'p.replaced', id: 'id', args: [maxFollowingMessages + 1] },
  });
  expect(published).toEqual([]);
  expect(stored).toMatchObject({ state: 'FAILURE', exception: { type: 'ImproperlyConfigured' } });
});

test('a chord whose results do not fit into the message of its body fails with a ChordError, as in Celery', async () => {
  const { run, store } = stackUnderTest();
  const memberIds = ['id', 'b', 'c'];
  await store.startChord('g', [['g', null], memberIds.map((id) => [[id, null], null] as const)]);
  const chord = { ...taskOf('p.body'), options: { task_id: 'body' } };
  for (const [groupIndex, id] of memberIds.entries())
    await run({ task: 'p.large', id, group: 'g', groupIndex, embed: { ...noLinks, chord } });
  expect(await store.read('body')).toMatchObject({
    state: 'FAILURE',
    exception: {
      type: 'ChordError',
      args: [expect.stringMatching(/^Callback error: ImproperlyConfigured\(.*more than the limit of 1048576 bytes/)],
    },
  });
});

test('a delivery after the one that refused what follows a task publishes the same again', async () => {
  const { run } = stackUnderTest();
  const message = {
    ...{ task: 'p.good', id: 'id' },
    embed: { ...noLinks, callbacks: tasksOf(maxFollowingMessages + 1), errbacks: [taskOf('p.errback')] },
  };
  await run(message);
  const { stored, published } = await run(message);
  expect(stored?.state).toBe('FAILURE');
  const ids = await Promise.all(published.map(async (body) => (await decode(body)).id));
  expect(new Set(ids).size).toBe(1);
});

test('a callback that Python could not read, for the depth of its arguments, fails its task instead of returning its message without end', async () => {
  const { stored, published } = await stackUnderTest().run({
    ...{ task: 'p.nested', id: 'id' },
    embed: { ...noLinks, callbacks: [taskOf('p.next')] },
  });
  expect(published).toEqual([]);
  expect(stored).toMatchObject({ state: 'FAILURE', exception: { type: 'EncodeError' } });
});

/** Lists in lists. A callback has its arguments in two lists more. */
function nested(levels: number): unknown {
  return levels === 0 ? [] : [nested(levels - 1)];
}

test.each(['celery.map', 'celery.starmap'])('%s makes 100000 calls, and fails with one more', async (task) => {
  const { stored } = await stackUnderTest().run({
    ...{ task, id: 'id' },
    kwargs: { task: taskOf('p.good'), it: Array.from({ length: maxMapCalls + 1 }, () => []) },
  });
  expect(stored).toMatchObject({
    state: 'FAILURE',
    exception: { args: [expect.stringContaining(`more than the limit of ${maxMapCalls} calls`)] },
  });
});
