import { expect, test } from 'vitest';
import { createGroupOrder } from './messageGroups.ts';

function inGroup(MessageGroupId: string) {
  return { Attributes: { MessageGroupId } };
}

test('a batch waits for earlier batches of its message groups, even if they fail, and for no others', async () => {
  const inGroupOrder = createGroupOrder();
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const run = (name: string, batch: object[], until: Promise<void> = Promise.resolve()) =>
    inGroupOrder(batch, async () => {
      events.push(`${name} begins`);
      await until;
      events.push(`${name} ends`);
    });

  const firstBatch = run('a', [inGroup('a')], first.promise);
  const both = run('a and b', [inGroup('b'), inGroup('a')]);
  const behindBoth = run('b', [inGroup('b')]);
  await run('c', [inGroup('c')]);
  await run('no group', [{}]);
  expect(events).toEqual(['a begins', 'c begins', 'c ends', 'no group begins', 'no group ends']);

  first.reject(new Error('failed'));
  await expect(firstBatch).rejects.toThrow('failed');
  await Promise.all([both, behindBoth]);
  expect(events.slice(5)).toEqual(['a and b begins', 'a and b ends', 'b begins', 'b ends']);
});
