import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxWaitDays } from '../../packages/girder-worker/src/store/limits.ts';
import type { pythonAt } from './sharedTable.ts';
import type { StoreUnderTest } from './storeUnderTest.ts';

/** Chords whose members run on workers in TypeScript and in Python. */
export function describeSharedChords(subject: StoreUnderTest, python: ReturnType<typeof pythonAt>): void {
  const startChord = async () => {
    const groupId = subject.newId('group');
    await subject.store.startChord(groupId, [[groupId, null], [[['a', null], null]]]);
    return groupId;
  };
  const unfinishedDays = 410;
  const ttlAfter = (days: number) => ({ N: String(Math.ceil(subject.now() / 1000 + days * 24 * 3600)) });
  const counterKey = (groupId: string) => `b'chord-unlock-${groupId}'`;
  const groupKey = (groupId: string) => `b'celery-taskset-meta-${groupId}'`;
  const count = (groupId: string, index: number) =>
    subject.store.countChordMember(groupId, { index, memberId: `member-${index}` });

  test('starts a chord with Celery’s two items', async () => {
    const groupId = await startChord();
    expect(await python.item(counterKey(groupId))).toEqual({
      id: { S: counterKey(groupId) },
      chord_count: { N: '0' },
      timestamp: { N: String(subject.now() / 1000) },
      ttl: ttlAfter(unfinishedDays),
    });
    const { result, ...rest } = (await python.item(groupKey(groupId))) ?? {};
    expect(Buffer.from(result?.B ?? []).toString()).toBe(`{"result": [["${groupId}", null], [[["a", null], null]]]}`);
    expect(rest).toEqual({
      id: { S: groupKey(groupId) },
      timestamp: { N: String(subject.now() / 1000) },
      ttl: ttlAfter(unfinishedDays),
    });
  });

  test('a chord that is never finished expires 410 days after its last member has ended, and later than a member may wait', async () => {
    expect(unfinishedDays).toBeGreaterThan(maxWaitDays + 14);
    const groupId = await startChord();
    const day = 24 * 3600;
    for (const index of [0, 1, 256, 257, 2, 258]) {
      subject.pass(100 * day * 1000);
      await count(groupId, index);
      expect(await python.item(counterKey(groupId))).toMatchObject({ ttl: ttlAfter(unfinishedDays) });
      const group = Number((await python.item(groupKey(groupId)))?.ttl?.N) - subject.now() / 1000;
      expect(group).toBeGreaterThanOrEqual((maxWaitDays + 14) * day);
    }
  });

  test('renews the item of the group at most once in 30 days, as each write costs by its size', async () => {
    const groupId = await startChord();
    const ttlOfGroup = async () => (await python.item(groupKey(groupId)))?.ttl?.N;
    const seen = new Set<string | undefined>([await ttlOfGroup()]);
    for (let index = 0; index < 60; index++) {
      subject.pass(24 * 3600 * 1000);
      await count(groupId, index);
      seen.add(await ttlOfGroup());
    }
    expect(seen.size).toBeGreaterThan(1);
    expect(seen.size).toBeLessThanOrEqual(3);
  });

  test('a chord that a Python worker has started expires, too, from its first member on that ends here', async () => {
    const groupId = subject.newId('group');
    for (const [key, values] of [
      [counterKey(groupId), { chord_count: { N: '0' } }],
      [groupKey(groupId), { timestamp: { N: '1' } }],
    ] as const)
      await subject.client.send(new PutItemCommand({ TableName: 'celery', Item: { id: { S: key }, ...values } }));
    await count(groupId, 0);
    for (const key of [counterKey(groupId), groupKey(groupId)])
      expect(await python.item(key)).toMatchObject({ ttl: ttlAfter(unfinishedDays) });
  });

  test('sets the ttl of all items of a chord that has ended to 28 days', async () => {
    const groupId = await startChord();
    for (const index of [0, 256, 513]) await count(groupId, index);
    await subject.store.endChord(groupId);
    const ttl = ttlAfter(28);
    const shards = [1, 2].map((shard) => `b'chord-unlock-${groupId}-members-${shard}'`);
    for (const key of [counterKey(groupId), groupKey(groupId), ...shards]) {
      expect(await python.item(key)).toMatchObject({ ttl });
    }
  });

  test('keeps the results of members on for another 28 days, once a week, until the body was sent', async () => {
    const groupId = await startChord();
    const claim = subject.claimOf({ id: `${groupId}-member` });
    await subject.store.claim(claim);
    await subject.store.complete(claim, { state: 'SUCCESS', resultJson: '1' }, { group: groupId, parentId: null });
    const key = `b'celery-task-meta-${claim.id}'`;
    const keepOn = () => subject.store.keepResults(groupId, () => [claim.id, 'has not ended']);
    const first = ttlAfter(28);
    expect(await python.item(key)).toMatchObject({ ttl: first });
    subject.pass(7 * 24 * 3600 * 1000);
    await keepOn();
    const renewed = ttlAfter(28);
    expect(await python.item(key)).toMatchObject({ ttl: renewed });
    subject.pass(24 * 3600 * 1000);
    await keepOn();
    expect(await python.item(key)).toMatchObject({ ttl: renewed });
    subject.pass(6 * 24 * 3600 * 1000);
    await subject.store.endChord(groupId);
    await keepOn();
    expect(await python.item(key)).toMatchObject({ ttl: renewed });
    expect(await python.item(`b'celery-task-meta-has not ended'`)).toBeUndefined();
  });

  test('counts nothing after Python has deleted the counter', async () => {
    const groupId = await startChord();
    await count(groupId, 0);
    await count(groupId, 300);
    await python.delete(counterKey(groupId));
    expect(await count(groupId, 0)).toBeUndefined();
    expect(await count(groupId, 300)).toBeUndefined();
    expect(await python.item(counterKey(groupId))).toBeUndefined();
  });

  test('counts members that a worker has recorded, but not counted before it died', async () => {
    const groupId = await startChord();
    await subject.client.send(
      new UpdateItemCommand({
        TableName: 'celery',
        Key: { id: { S: `b'chord-unlock-${groupId}-members-1'` } },
        UpdateExpression: 'ADD mem :recorded',
        ExpressionAttributeValues: { ':recorded': { SS: ['member-300', 'member-301'] } },
      }),
    );
    expect(await count(groupId, 300)).toMatchObject({ count: 2, isNew: true });
    expect(await count(groupId, 301)).toMatchObject({ count: 2, isNew: false });
    expect(await count(groupId, 302)).toMatchObject({ count: 3, isNew: true });
  });

  test('of concurrent workers in both languages, exactly one completes a chord, in any order', async () => {
    const members = fc
      .uniqueArray(fc.tuple(fc.nat({ max: 520 }), fc.boolean()), {
        selector: ([index]) => index,
        minLength: 2,
        maxLength: 6,
      })
      .chain((each) =>
        fc.record({
          size: fc.constant(each.length),
          // Python counts every delivery, so that only our members may have duplicates.
          calls: fc.subarray(each.filter(([, byPython]) => !byPython)).chain((again) => {
            const all = [...each, ...again];
            return fc.shuffledSubarray(all, { minLength: all.length });
          }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(members, async ({ size, calls }) => {
        const groupId = await startChord();
        const counts = await Promise.all(
          calls.map(async ([index, byPython]) => {
            if (byPython) return python.increment(groupId);
            const answer = await count(groupId, index);
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
