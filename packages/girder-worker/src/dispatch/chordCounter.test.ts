import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { taskOf } from '../canvas/signatures/signature.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import type { ChordStore } from '../store/resultStore.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

/** A chord of three members with the ids a, b and c, and the body `body`, whose runs are recorded. */
async function chordUnderTest(changes: Partial<ChordStore> = {}) {
  const store = createMemoryStore({ system: createVirtualSystem() });
  const bodies: unknown[] = [];
  const tasks = {
    'p.member': { parameters: ['value'], load: () => app.task({ name: 'p.member' }, (value: number) => value) },
    'p.body': {
      parameters: ['values'],
      load: () => app.task({ name: 'p.body' }, (values: unknown) => void bodies.push(values)),
    },
  };
  const stack = createVirtualStack({ tasks, dispatcher: { store: { ...store, ...changes } } });
  const ids = ['a', 'b', 'c'];
  await store.startChord('g', [['g', null], ids.map((id) => [[id, null], null] as const)]);
  const chord = { ...taskOf('p.body'), options: { task_id: 'body' } };
  const embed = { callbacks: [], errbacks: [], chain: [], chord };
  return {
    ...stack,
    ...{ store, bodies },
    /** Delivers the message of a member, and runs it. */
    async run(id: string) {
      const groupIndex = ids.indexOf(id);
      await stack.send({ task: 'p.member', id, args: [groupIndex], group: 'g', groupIndex, embed });
      await stack.invoke();
    },
    stateOfBody: async () => (await store.read('body'))?.state,
  };
}

test('a chord of which a Python worker has counted a delivery twice waits for the members that have not ended', async () => {
  const countsOneMore: Partial<ChordStore> = {
    async countChordMember(...args) {
      const counted = await chord.store.countChordMember(...args);
      return counted && { ...counted, count: counted.count + 1 };
    },
  };
  const chord = await chordUnderTest(countsOneMore);
  await chord.run('a');
  await chord.run('b');
  expect(await chord.stateOfBody()).toBeUndefined();
  await chord.run('c');
  await chord.invoke();
  expect(chord.bodies).toEqual([[0, 1, 2]]);
});

test('a body that waits for its turn is not failed by a late duplicate of a member, after the results of the members are forgotten', async () => {
  const { run, store, invoke, bodies } = await chordUnderTest();
  for (const id of ['a', 'b', 'c']) await run(id);
  await store.forget('a');
  await run('c');
  await invoke();
  expect(bodies).toEqual([[0, 1, 2]]);
});

test('the body is published again by a duplicate of a member if the worker has died before it could tell that it was', async () => {
  let isDead = true;
  const chord = await chordUnderTest({
    endChord: async (groupId) => {
      if (isDead) throw new Error('The worker has died.');
      return chord.store.endChord(groupId);
    },
  });
  for (const id of ['a', 'b', 'c']) await chord.run(id);
  isDead = false;
  const sent = chord.transport.published.length;
  await chord.run('c');
  expect(chord.transport.published.length).toBe(sent + 2); // The message of the member, and the body.
});

test('the body gets the result of a member that a client has forgotten before the last one ended', async () => {
  const { run, store, invoke, bodies } = await chordUnderTest();
  await run('a');
  await run('b');
  await store.forget('a');
  await run('c');
  await invoke();
  expect(bodies).toEqual([[0, 1, 2]]);
});
