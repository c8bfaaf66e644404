import { expect, test } from 'vitest';
import { app } from '../app.ts';
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
