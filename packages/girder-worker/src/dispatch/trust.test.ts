import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { decode } from '../message/decode.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

// What SECURITY.md says about those who share a queue, a table and the plugins of a deployment.

test('a sender runs each registered task with any arguments: the worker asks only whether its message can be decoded', async () => {
  const calls: unknown[] = [];
  const task = app.task({ name: 'p.deletes' }, (...args: unknown[]) => void calls.push(args));
  const { send, invoke, store } = createVirtualStack({
    tasks: { 'p.deletes': { load: () => task, parameters: ['what'] } },
  });
  await send({ task: 'p.deletes', id: 'id', args: ['everything'], origin: 'gen1@anywhere' });
  await invoke();
  expect(calls).toEqual([['everything']]);
  expect((await store.read('id'))?.state).toBe('SUCCESS');
});

test('the code of a plugin reads the environment of the function', async () => {
  const task = app.task({ name: 'p.reads' }, () => process.env.PATH);
  const { send, invoke, store } = createVirtualStack({ tasks: { 'p.reads': { load: () => task } } });
  await send({ task: 'p.reads', id: 'id' });
  await invoke();
  expect((await store.read('id'))?.result).toBe(process.env.PATH);
});

test('who writes to the table revokes tasks, and decides which result a client reads', async () => {
  const task = app.task({ name: 'p.good' }, () => 'the result');
  const { send, invoke, store } = createVirtualStack({ tasks: { 'p.good': { load: () => task } } });
  const worker = { pid: 2, hostname: 'another' };
  const claim = { id: 'stored', owner: 'another', leaseEndMs: 0, epoch: 0, ignoreResult: false, worker };
  await store.complete(claim, { state: 'SUCCESS', resultJson: '"another result"' }, { group: null, parentId: null });
  await store.revoke('revoked', 'revoked');
  for (const id of ['stored', 'revoked']) await send({ task: 'p.good', id });
  await invoke();
  expect(await store.read('stored')).toMatchObject({ state: 'SUCCESS', result: 'another result' });
  expect(await store.read('revoked')).toMatchObject({ state: 'REVOKED' });
});

const signature = (task: string, options: Readonly<Record<string, unknown>> = {}) => ({
  ...{ task, args: [], kwargs: {}, options, subtask_type: null, immutable: false },
});
const nothingElse = { callbacks: [], errbacks: [], chain: [], chord: null };

/** A stack with a task that returns a secret, and one that a sender could want to get it. */
function stackWithSecret() {
  const got: unknown[] = [];
  const secret = app.task({ name: 'p.secret' }, () => 'the secret');
  const spies = app.task({ name: 'p.spies' }, (...args: unknown[]) => void got.push(args));
  const tasks = { 'p.secret': { load: () => secret }, 'p.spies': { load: () => spies, parameters: ['value'] } };
  const stack = createVirtualStack({ tasks });
  const invokeTwice = async () => {
    await stack.invoke();
    await stack.invoke();
  };
  return { ...stack, got, invokeTwice };
}

test.each([
  ['with a callback', { callbacks: [signature('p.spies', { task_id: 'spy' })] }, false],
  ['with a chain', { chain: [signature('p.spies', { task_id: 'spy' })] }, false],
  ['with a chain, after a client has forgotten it', { chain: [signature('p.spies', { task_id: 'spy' })] }, true],
])('a message with the id of another task gets nothing of its result: %s', async (_, follows, isForgotten) => {
  const { send, invoke, invokeTwice, store, got, lines } = stackWithSecret();
  const chain = [signature('p.secret', { task_id: 'next' })];
  await send({ task: 'p.secret', id: 'victim', ...(isForgotten && { embed: { ...nothingElse, chain } }) });
  await invoke();
  if (isForgotten) await store.forget('victim');
  for (const task of ['p.secret', 'p.spies']) await send({ task, id: 'victim', embed: { ...nothingElse, ...follows } });
  await invokeTwice();
  expect(got).toEqual([]);
  expect(lines.join('\n')).toContain('This message of p.secret[victim] is not the one that was run');
});

test('another delivery of the same message publishes what follows again', async () => {
  const { send, invokeTwice, got, transport, lines } = stackWithSecret();
  const message = { task: 'p.secret', id: 'id', embed: { ...nothingElse, callbacks: [signature('p.spies')] } };
  await send(message);
  await send(message);
  await invokeTwice();
  expect(got).toEqual([['the secret']]); // The second callback has the same id.
  expect(lines.join('\n')).not.toContain('is not the one that was run');
  expect(transport.receive('celery', { maxMessages: 10, visibilityTimeoutSeconds: 1 })).toEqual([]);
});

test('another delivery of the same message publishes what follows again after a client has forgotten the result', async () => {
  const { send, invoke, store, transport } = stackWithSecret();
  const lastMessage = () => decode(transport.published.at(-1)?.body ?? '');
  const message = { task: 'p.secret', id: 'id', embed: { ...nothingElse, callbacks: [signature('p.spies')] } };
  await send(message);
  await invoke();
  const callback = await lastMessage();
  await store.forget('id');
  await send(message);
  await invoke();
  expect(transport.published).toHaveLength(4);
  expect(await lastMessage()).toMatchObject({ task: 'p.spies', id: callback.id, args: ['the secret'] });
});

test('only the members that a group names count for its chord', async () => {
  const { send, invokeTwice, store, got, lines } = stackWithSecret();
  const members = ['one', 'two'].map((id) => [[id, null], null] as const);
  await store.startChord('group', [['group', null], members]);
  const chord = signature('p.spies', { task_id: 'body' });
  const memberOf = (id: string) => ({ task: 'p.secret', id, group: 'group', embed: { ...nothingElse, chord } });
  await send(memberOf('one'));
  await send(memberOf('false'));
  await invokeTwice();
  expect(got).toEqual([]);
  expect(lines.join('\n')).toContain('Task false is no member of chord group');
  await send(memberOf('two'));
  await invokeTwice();
  expect(got).toEqual([[['the secret', 'the secret']]]);
});

test('a chain that fails does not change a task that runs, although a step of it has the id of that task', async () => {
  const { send, invoke, store, system } = stackWithSecret();
  const claim = { id: 'victim', owner: 'another', leaseEndMs: system.now() + 60_000, epoch: 0, ignoreResult: false };
  await store.claim({ ...claim, worker: { pid: 2, hostname: 'another' } });
  await send({
    task: 'p.unknown',
    id: 'id',
    embed: { ...nothingElse, chain: [signature('p.secret', { task_id: 'victim' })] },
  });
  await invoke();
  expect((await store.read('id'))?.state).toBe('FAILURE');
  expect((await store.read('victim'))?.state).toBe('PENDING');
});

test('arguments that a sender hides stay hidden in what the worker sends: callbacks, chains, members and bodies of chords', async () => {
  const { send, invoke, transport } = stackWithSecret();
  const hidden = (task: string, options = {}) =>
    signature(task, { argsrepr: "('***',)", kwargsrepr: '{...}', ...options });
  const group = {
    ...signature('celery.group', {}),
    kwargs: { tasks: [hidden('p.spies'), hidden('p.spies')] },
    subtask_type: 'group',
  };
  const chord = {
    ...signature('celery.chord'),
    kwargs: { header: group, body: hidden('p.spies'), kwargs: {} },
    subtask_type: 'chord',
  };
  const embed = { ...nothingElse, callbacks: [hidden('p.spies'), group], chain: [hidden('p.spies'), chord] };
  await send({ task: 'p.secret', id: 'id', embed });
  const shown: unknown[] = [];
  for (let round = 0; round < 4; round++) {
    await invoke();
    for (const { body } of transport.receive('celery', { maxMessages: 10, visibilityTimeoutSeconds: 0 })) {
      const { argsRepr, kwargsRepr } = await decode(body);
      shown.push(argsRepr, kwargsRepr);
    }
  }
  expect(shown.length).toBeGreaterThan(8);
  expect(new Set(shown)).toEqual(new Set(["('***',)", '{...}']));
});
