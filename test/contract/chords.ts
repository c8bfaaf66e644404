import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResultTuple } from '../../packages/girder-worker/src/store/resultStore.ts';
import type { StoreUnderTest } from './storeUnderTest.ts';

const memberOf = (groupId: string, index: number) => `${groupId}:${index}`;
const part = (groupId: string, index: number) => ({ index, memberId: memberOf(groupId, index) });

/** Groups, and the counting of a chord's parts. */
export function describeChords(bench: StoreUnderTest): void {
  const groupOf = (groupId: string, size: number): ResultTuple => [
    [groupId, null],
    Array.from({ length: size }, (_, index) => [[memberOf(groupId, index), null], null]),
  ];
  const startChord = async (size: number) => {
    const groupId = bench.newId('group');
    await bench.store.startChord(groupId, groupOf(groupId, size));
    return groupId;
  };

  test('restores a group, its parents and the groups in it', async () => {
    const groupId = bench.newId('group');
    const group: ResultTuple = [
      [groupId, [['parent', null], null]],
      [
        [['a', [['before a', null], null]], null],
        [['inner', null], [[['b', null], null]]],
      ],
    ];
    await bench.store.saveGroup(groupId, group);
    expect(await bench.store.readGroup(groupId)).toEqual(group);
    await bench.store.forgetGroup(groupId);
    expect(await bench.store.readGroup(groupId)).toBeUndefined();
    await bench.store.forgetGroup(groupId);
  });

  test('counts each part once, however often it is told', async () => {
    const groupId = await startChord(2);
    expect(await bench.store.countChordPart(groupId, part(groupId, 0))).toEqual({ count: 1, isNew: true });
    expect(await bench.store.countChordPart(groupId, part(groupId, 0))).toEqual({ count: 1, isNew: false });
    expect(await bench.store.countChordPart(groupId, part(groupId, 1))).toEqual({ count: 2, isNew: true });
    expect(await bench.store.countChordPart(groupId, part(groupId, 0))).toEqual({ count: 2, isNew: false });
    expect(await bench.store.readGroup(groupId)).toEqual(groupOf(groupId, 2));
  });

  test('counts parts of which the message tells no place', async () => {
    const groupId = await startChord(2);
    const count = (memberId: string) => bench.store.countChordPart(groupId, { index: null, memberId });
    expect(await count('a')).toEqual({ count: 1, isNew: true });
    expect(await count('a')).toEqual({ count: 1, isNew: false });
    expect(await count('b')).toEqual({ count: 2, isNew: true });
  });

  test('counts both of two members that have the same place, as in a header of chains that end in groups', async () => {
    const groupId = await startChord(2);
    expect(await bench.store.countChordPart(groupId, { index: 0, memberId: 'a' })).toEqual({ count: 1, isNew: true });
    expect(await bench.store.countChordPart(groupId, { index: 0, memberId: 'b' })).toEqual({ count: 2, isNew: true });
  });

  test('knows nothing of a chord that was never started', async () => {
    const groupId = bench.newId('group');
    expect(await bench.store.countChordPart(groupId, part(groupId, 0))).toBeUndefined();
    expect(await bench.store.countChordPart(groupId, part(groupId, 300))).toBeUndefined();
    await bench.store.endChord(groupId);
    expect(await bench.store.countChordPart(groupId, part(groupId, 0))).toBeUndefined();
  });

  test('keeps the count of a chord that is started again', async () => {
    const groupId = await startChord(2);
    await bench.store.countChordPart(groupId, part(groupId, 0));
    await bench.store.startChord(groupId, groupOf(groupId, 2));
    expect(await bench.store.countChordPart(groupId, part(groupId, 1))).toEqual({ count: 2, isNew: true });
  });

  test('lets a duplicate find itself in a chord that has ended', async () => {
    const groupId = await startChord(1);
    await bench.store.countChordPart(groupId, part(groupId, 0));
    await bench.store.endChord(groupId);
    expect(await bench.store.countChordPart(groupId, part(groupId, 0))).toEqual({ count: 1, isNew: false });
    expect(await bench.store.readGroup(groupId)).toEqual(groupOf(groupId, 1));
  });

  describe.each([
    { size: 8, places: 'of one item' },
    { size: 8, places: 'of two items', from: 252 },
    { size: 8, places: 'of another item', from: 600 },
  ])('of $size parts $places', ({ size, from = 0 }) => {
    test('all at once, each told twice, one alone completes the chord', async () => {
      const groupId = await startChord(from + size);
      const parts = Array.from({ length: size }, (_, index) => part(groupId, from + index));
      const answers = await Promise.all([...parts, ...parts].map((each) => bench.store.countChordPart(groupId, each)));
      expect(answers.filter((answer) => answer?.isNew && answer.count === size)).toHaveLength(1);
      expect(Math.max(...answers.map((answer) => answer?.count ?? 0))).toBe(size);
    });
  });

  test('in any order, with any duplicates, one call alone completes a chord, and none counts too far', async () => {
    const places = fc.uniqueArray(fc.nat({ max: 520 }), { minLength: 1, maxLength: 6 });
    const tellings = places.chain((each) =>
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
      fc.asyncProperty(tellings, async ([each, told, atOnce]) => {
        const groupId = await startChord(521);
        const tell = (place: number) => bench.store.countChordPart(groupId, part(groupId, place));
        const answers = atOnce ? await Promise.all(told.map(tell)) : [];
        if (!atOnce) for (const place of told) answers.push(await tell(place));
        expect(answers.filter((answer) => answer?.isNew && answer.count === each.length)).toHaveLength(1);
        expect(Math.max(...answers.map((answer) => answer?.count ?? Number.POSITIVE_INFINITY))).toBe(each.length);
      }),
      { numRuns: 25 },
    );
  });
}
