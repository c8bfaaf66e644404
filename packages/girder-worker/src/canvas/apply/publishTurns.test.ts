import { expect, test } from 'vitest';
import { duringTurns } from '../../system/fixtures/duringTurns.ts';
import { groupOf, taskOf } from '../signatures/signature.ts';
import { derivedIds } from './derivedIds.ts';
import { expand } from './expand.ts';
import { type PublishDeps, publishExpansion } from './publish.ts';

const sender = {
  ...{ rootId: null, parentId: null, replyTo: undefined, nowMs: 0 },
  optionsOf: () => ({ queue: 'celery' }),
};

/** The characters that were published in each turn of the event loop. */
async function charactersPerTurn(members: number, argument: string): Promise<number[]> {
  const group = groupOf(Array.from({ length: members }, () => taskOf('p.x', [argument])));
  const expansion = expand(group, {}, { ...sender, newId: derivedIds('test') });
  const turns = [0];
  const publishAll: PublishDeps['publishAll'] = async (bodies) => {
    for await (const { body } of bodies) turns[turns.length - 1]! += body.length;
    return [];
  };
  const deps = { startChord: async () => undefined, publishAll };
  await duringTurns(
    () => turns.push(0),
    () => publishExpansion(expansion, deps),
  );
  return turns;
}

test.each([
  ['small', 2000, 'x'],
  ['large', 20, 'x'.repeat(400_000)],
])(
  'of many %s messages no more than 256 KiB, and one message, are encoded in a turn of the event loop',
  async (_, members, argument) => {
    const turns = await charactersPerTurn(members, argument);
    const largestMessage = (argument.length * 16) / 9 + 4096;
    expect(Math.max(...turns)).toBeLessThan(256 * 1024 + 2 * largestMessage);
  },
);

test('a message is encoded only when its turn to be published comes', async () => {
  const group = groupOf(Array.from({ length: 1000 }, () => taskOf('p.x')));
  const { messages, ...expansion } = expand(group, {}, { ...sender, newId: derivedIds('test') });
  let encoded = 0;
  const watched = messages.map((message) => ({
    ...message,
    get args() {
      encoded += 1;
      return [];
    },
  }));
  const publishAll: PublishDeps['publishAll'] = async (bodies) => {
    for await (const _ of bodies) throw new Error('no queue');
    return [];
  };
  const failing = { startChord: async () => undefined, publishAll };
  await expect(publishExpansion({ ...expansion, messages: watched }, failing)).rejects.toThrow('no queue');
  expect(encoded).toBeLessThan(5);
});
