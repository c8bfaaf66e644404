import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxSharedMembers } from '../../packages/girder-worker/src/store/chordStore.ts';
import type { ResultTuple } from '../../packages/girder-worker/src/store/resultStore.ts';
import type { StoreUnderTest } from './storeUnderTest.ts';

const memberOf = (groupId: string, index: number) => `${groupId}:${index}`;
const memberAt = (groupId: string, index: number) => ({ index, memberId: memberOf(groupId, index) });

/** Saved groups, and the counting of a chord's members. */
export function describeChords(subject: StoreUnderTest): void {
  const groupOf = (groupId: string, size: number): ResultTuple => [
    [groupId, null],
    Array.from({ length: size }, (_, index) => [[memberOf(groupId, index), null], null]),
  ];
  const startChord = async (size: number) => {
    const groupId = subject.newId('group');
    await subject.store.startChord(groupId, groupOf(groupId, size));
    return groupId;
  };

  test('restores a group with its parents and inner groups, until it is forgotten', async () => {
    const groupId = subject.newId('group');
    const group: ResultTuple = [
      [groupId, [['parent', null], null]],
      [
        [['a', [['before a', null], null]], null],
        [['inner', null], [[['b', null], null]]],
      ],
    ];
    await subject.store.saveGroup(groupId, group);
    expect(await subject.store.readGroup(groupId)).toEqual(group);
    await subject.store.forgetGroup(groupId);
    expect(await subject.store.readGroup(groupId)).toBeUndefined();
    await subject.store.forgetGroup(groupId);
  });

  test('counts each member once, however often it is counted', async () => {
    const groupId = await startChord(2);
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 0))).toMatchObject({
      count: 1,
      isNew: true,
    });
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 0))).toMatchObject({
      count: 1,
      isNew: false,
    });
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 1))).toMatchObject({
      count: 2,
      isNew: true,
    });
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 0))).toMatchObject({
      count: 2,
      isNew: false,
    });
    expect(await subject.store.readGroup(groupId)).toEqual(groupOf(groupId, 2));
  });

  test('counts members without an index', async () => {
    const groupId = await startChord(2);
    const count = (memberId: string) => subject.store.countChordMember(groupId, { index: null, memberId });
    expect(await count('a')).toMatchObject({ count: 1, isNew: true });
    expect(await count('a')).toMatchObject({ count: 1, isNew: false });
    expect(await count('b')).toMatchObject({ count: 2, isNew: true });
  });

  test('counts two members with the same index, as in a header of chains that end in groups', async () => {
    const groupId = await startChord(2);
    expect(await subject.store.countChordMember(groupId, { index: 0, memberId: 'a' })).toMatchObject({
      count: 1,
      isNew: true,
    });
    expect(await subject.store.countChordMember(groupId, { index: 0, memberId: 'b' })).toMatchObject({
      count: 2,
      isNew: true,
    });
  });

  test('counts nothing for a chord that was not started', async () => {
    const groupId = subject.newId('group');
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 0))).toBeUndefined();
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 300))).toBeUndefined();
    await subject.store.endChord(groupId);
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 0))).toBeUndefined();
  });

  test('keeps the count of a chord that is started again', async () => {
    const groupId = await startChord(2);
    await subject.store.countChordMember(groupId, memberAt(groupId, 0));
    await subject.store.startChord(groupId, groupOf(groupId, 2));
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 1))).toMatchObject({
      count: 2,
      isNew: true,
    });
  });

  test('recognizes a duplicate after the chord has ended', async () => {
    const groupId = await startChord(1);
    await subject.store.countChordMember(groupId, memberAt(groupId, 0));
    await subject.store.endChord(groupId);
    expect(await subject.store.countChordMember(groupId, memberAt(groupId, 0))).toEqual({
      count: 1,
      isNew: false,
      isEnded: true,
    });
    expect(await subject.store.readGroup(groupId)).toEqual(groupOf(groupId, 1));
  });

  test.each([2, 600])('tells which members of %i have ended, and whether the chord has', async (size) => {
    const groupId = await startChord(size);
    const count = (index: number) => subject.store.countChordMember(groupId, memberAt(groupId, index), size);
    expect(await count(0)).toEqual({ count: 1, isNew: true, isEnded: false });
    expect(await count(size - 1)).toEqual({ count: 2, isNew: true, isEnded: false });
    const ended = new Set([memberOf(groupId, 0), memberOf(groupId, size - 1)]);
    expect(await subject.store.countedMembers(groupId)).toEqual(ended);
    await subject.store.endChord(groupId);
    expect(await count(1)).toMatchObject({ isEnded: true });
    await subject.store.startChord(groupId, groupOf(groupId, size));
    expect(await count(0)).toMatchObject({ isNew: false, isEnded: false });
  });

  test('restores a group of 50,000 members, which does not fit into one item, until it is forgotten', async () => {
    const groupId = subject.newId('group');
    const ids = Array.from({ length: 50_000 }, () => crypto.randomUUID());
    const group: ResultTuple = [[groupId, null], ids.map((id) => [[id, null], null])];
    await subject.store.saveGroup(groupId, group);
    expect(await subject.store.readGroup(groupId)).toEqual(group);
    await subject.store.saveGroup(groupId, groupOf(groupId, 2));
    expect(await subject.store.readGroup(groupId)).toEqual(groupOf(groupId, 2));
    await subject.store.forgetGroup(groupId);
    expect(await subject.store.readGroup(groupId)).toBeUndefined();
  });

  test('of a chord with more members than Python can have, exactly one call completes it, also with duplicates', async () => {
    const groupId = subject.newId('group');
    const size = maxSharedMembers + 140;
    await subject.store.startChord(groupId, groupOf(groupId, 1));
    // The members of two shards, of which the last one is small.
    const indexes = Array.from({ length: 256 + (size % 256) }, (_, place) =>
      place < 256 ? place : size - 1 - (place - 256),
    );
    const counts = [];
    for (let from = 0; from < indexes.length; from += 50) {
      const withDuplicates = indexes.slice(Math.max(0, from - 5), from + 50);
      const counted = withDuplicates.map((index) =>
        subject.store.countChordMember(groupId, memberAt(groupId, index), size),
      );
      counts.push(...(await Promise.all(counted)));
    }
    const all = indexes.length;
    expect(counts.filter((answer) => answer?.isNew && answer.count === all)).toHaveLength(1);
    expect(Math.max(...counts.map((answer) => answer?.count ?? 0))).toBe(all);
    expect((await subject.store.countedMembers(groupId)).size).toBe(all);
  });

  describe.each([
    { size: 8, place: 'in the counter item' },
    { size: 8, place: 'in the counter item and a shard', from: 252 },
    { size: 8, place: 'in a shard', from: 600 },
  ])('of $size members $place', ({ size, from = 0 }) => {
    test('that are counted concurrently and twice, exactly one completes the chord', async () => {
      const groupId = await startChord(from + size);
      const members = Array.from({ length: size }, (_, index) => memberAt(groupId, from + index));
      const answers = await Promise.all(
        [...members, ...members].map((each) => subject.store.countChordMember(groupId, each)),
      );
      expect(answers.filter((answer) => answer?.isNew && answer.count === size)).toHaveLength(1);
      expect(Math.max(...answers.map((answer) => answer?.count ?? 0))).toBe(size);
    });
  });

  test('in any order and with any duplicates, exactly one call completes a chord, and no count exceeds its size', async () => {
    const indexes = fc.uniqueArray(fc.nat({ max: 520 }), { minLength: 1, maxLength: 6 });
    const counts = indexes.chain((each) =>
      fc.tuple(
        fc.constant(each),
        fc.array(fc.constantFrom(...each), { maxLength: 6 }).chain((more) => {
          const all = [...each, ...more];
          return fc.shuffledSubarray(all, { minLength: all.length });
        }),
        fc.boolean(),
      ),
    );
    await fc.assert(
      fc.asyncProperty(counts, async ([each, calls, concurrent]) => {
        const groupId = await startChord(521);
        const count = (index: number) => subject.store.countChordMember(groupId, memberAt(groupId, index));
        const answers = concurrent ? await Promise.all(calls.map(count)) : [];
        if (!concurrent) for (const index of calls) answers.push(await count(index));
        expect(answers.filter((answer) => answer?.isNew && answer.count === each.length)).toHaveLength(1);
        expect(Math.max(...answers.map((answer) => answer?.count ?? Number.POSITIVE_INFINITY))).toBe(each.length);
      }),
      { numRuns: 25 },
    );
  });
}
