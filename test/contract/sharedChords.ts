import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { pythonAt } from './sharedTable.ts';
import type { StoreUnderTest } from './storeUnderTest.ts';

/** Chords whose parts run on workers of both languages. */
export function describeSharedChords(bench: StoreUnderTest, python: ReturnType<typeof pythonAt>): void {
  const startChord = async () => {
    const groupId = bench.newId('group');
    await bench.store.startChord(groupId, [[groupId, null], [[['a', null], null]]]);
    return groupId;
  };
  const counterKey = (groupId: string) => `b'chord-unlock-${groupId}'`;
  const groupKey = (groupId: string) => `b'celery-taskset-meta-${groupId}'`;
  const count = (groupId: string, index: number) =>
    bench.store.countChordPart(groupId, { index, memberId: `member-${index}` });

  test('starts a chord with the two items of Celery', async () => {
    const groupId = await startChord();
    expect(await python.item(counterKey(groupId))).toEqual({
      id: { S: counterKey(groupId) },
      chord_count: { N: '0' },
      timestamp: { N: String(bench.now() / 1000) },
    });
    const { result, ...rest } = (await python.item(groupKey(groupId))) ?? {};
    expect(Buffer.from(result?.B ?? []).toString()).toBe(`{"result": [["${groupId}", null], [[["a", null], null]]]}`);
    expect(rest).toEqual({ id: { S: groupKey(groupId) }, timestamp: { N: String(bench.now() / 1000) } });
  });

  test('lets all items of a chord expire only when it has ended', async () => {
    const groupId = await startChord();
    for (const index of [0, 256, 513]) await count(groupId, index);
    expect((await python.item(counterKey(groupId)))?.ttl).toBeUndefined();
    await bench.store.endChord(groupId);
    const ttl = { N: String(Math.ceil(bench.now() / 1000 + 28 * 24 * 3600)) };
    const shards = [1, 2].map((shard) => `b'chord-unlock-${groupId}-members-${shard}'`);
    for (const key of [counterKey(groupId), groupKey(groupId), ...shards]) {
      expect(await python.item(key)).toMatchObject({ ttl });
    }
  });

  test('knows that Python has sent the body when it has deleted the counter', async () => {
    const groupId = await startChord();
    await count(groupId, 0);
    await count(groupId, 300);
    await python.delete(counterKey(groupId));
    expect(await count(groupId, 0)).toBeUndefined();
    expect(await count(groupId, 300)).toBeUndefined();
    expect(await python.item(counterKey(groupId))).toBeUndefined();
  });

  test('makes up for a worker that died between noting a part and counting it', async () => {
    const groupId = await startChord();
    await bench.client.send(
      new UpdateItemCommand({
        TableName: 'celery',
        Key: { id: { S: `b'chord-unlock-${groupId}-members-1'` } },
        UpdateExpression: 'ADD mem :noted',
        ExpressionAttributeValues: { ':noted': { SS: ['member-300', 'member-301'] } },
      }),
    );
    expect(await count(groupId, 300)).toEqual({ count: 2, isNew: true });
    expect(await count(groupId, 301)).toEqual({ count: 2, isNew: false });
    expect(await count(groupId, 302)).toEqual({ count: 3, isNew: true });
  });

  test('in any order, and at once, one worker alone completes a chord, of whichever language', async () => {
    const parts = fc
      .uniqueArray(fc.tuple(fc.nat({ max: 520 }), fc.boolean()), {
        selector: ([place]) => place,
        minLength: 2,
        maxLength: 6,
      })
      .chain((each) =>
        fc.record({
          size: fc.constant(each.length),
          // Python counts each delivery of its own; ours may be told again.
          told: fc.subarray(each.filter(([, byPython]) => !byPython)).chain((again) => {
            const all = [...each, ...again];
            return fc.shuffledSubarray(all, { minLength: all.length });
          }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(parts, async ({ size, told }) => {
        const groupId = await startChord();
        const counts = await Promise.all(
          told.map(async ([place, byPython]) => {
            if (byPython) return python.increment(groupId);
            const answer = await count(groupId, place);
            return answer?.isNew ? answer.count : undefined;
          }),
        );
        expect(counts.filter((each) => each === size)).toHaveLength(1);
        expect(Math.max(...counts.map((each) => each ?? 0))).toBe(size);
      }),
      { numRuns: 25 },
    );
  });
}
