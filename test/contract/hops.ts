import { expect, test } from 'vitest';
import { hopKeptSeconds, hopLastsMs } from '../../packages/girder-worker/src/store/limits.ts';
import type { StoreUnderTest } from './storeUnderTest.ts';

/** The hops of messages that wait for their eta. */
export function describeHops(subject: StoreUnderTest): void {
  const hopOf = (message: string, number: number, owner: string) => ({ message, number, owner });

  test('grants a hop to one of several copies of a message, and to no earlier copy after it', async () => {
    const message = subject.newId('message');
    const copies = Array.from({ length: 5 }, (_, copy) => subject.store.takeHop(hopOf(message, 7, `copy ${copy}`)));
    const answers = await Promise.all(copies);
    expect(answers.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind !== 'taken')).toEqual(
      Array(4).fill({ kind: 'takenElsewhere', freeInMs: hopLastsMs + 1 }),
    );
    expect(await subject.store.takeHop(hopOf(message, 6, 'late'))).toEqual({ kind: 'passed' });
  });

  test('grants a hop again to its owner, which may have died before it made it', async () => {
    const message = subject.newId('message');
    await subject.store.takeHop(hopOf(message, 2, 'copy'));
    expect(await subject.store.takeHop(hopOf(message, 2, 'copy'))).toEqual({ kind: 'taken' });
  });

  test('grants each later hop, and hops of another message', async () => {
    const message = subject.newId('message');
    await subject.store.takeHop(hopOf(message, 2, 'copy'));
    expect(await subject.store.takeHop(hopOf(message, 3, 'next'))).toEqual({ kind: 'taken' });
    expect(await subject.store.takeHop(hopOf(message, 5, 'a later one'))).toEqual({ kind: 'taken' });
    expect(await subject.store.takeHop(hopOf(subject.newId('message'), 1, 'copy'))).toEqual({ kind: 'taken' });
  });

  test.each([
    ['the same hop', 4],
    ['an earlier hop', 2],
  ])('grants %s to another copy when the last one was taken more than half an hour ago', async (_, number) => {
    const message = subject.newId('message');
    await subject.store.takeHop(hopOf(message, 4, 'copy'));
    subject.pass(hopLastsMs);
    expect((await subject.store.takeHop(hopOf(message, number, 'other'))).kind).not.toBe('taken');
    subject.pass(1);
    expect(await subject.store.takeHop(hopOf(message, number, 'other'))).toEqual({ kind: 'taken' });
    expect(await subject.store.takeHop(hopOf(message, 5, 'the copy that the owner sent'))).toEqual({ kind: 'taken' });
  });

  test('keeps the last hop of a message for longer than SQS keeps a copy', () => {
    expect(hopKeptSeconds).toBeGreaterThan(14 * 24 * 3600);
  });
}
