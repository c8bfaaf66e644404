import { describe, expect, test } from 'vitest';
import type { ResultContext } from '../../packages/girder-worker/src/store/resultStore.ts';
import { context, type StoreUnderTest, success, valueError } from './storeUnderTest.ts';

/** What clients read, states of the task's own, and ends without an outcome. */
export function describeEndings(subject: StoreUnderTest): void {
  test('stores the context with STARTED and with the outcome: children, group, parent and the extended fields', async () => {
    const claim = subject.claimOf({ trackStarted: true });
    const extended = {
      name: 'labtasks.add',
      argsJson: '[1, {"__type__": "decimal", "__value__": "1.50"}]',
      kwargsJson: '{"k": 2}',
      worker: 'w2@lab',
      retries: 3,
      queue: 'celery',
      stamps: { trace: 't-9' },
    };
    const full: ResultContext = {
      group: 'g',
      parentId: 'p',
      childrenJson: '[[["g2", null], [[["c", null], null]]]]',
      extended,
    };
    await subject.store.claim({ ...claim, context: full });
    const started = await subject.store.read(claim.id);
    await subject.store.complete(claim, success, full);
    const ended = await subject.store.read(claim.id);

    const fields = {
      children: [[['g2', null], [[['c', null], null]]]],
      group: 'g',
      parentId: 'p',
      request: {
        name: 'labtasks.add',
        args: [1, expect.objectContaining({ text: '1.50' })],
        kwargs: { k: 2 },
        worker: 'w2@lab',
        retries: 3,
        queue: 'celery',
        stamps: { trace: 't-9' },
      },
    };
    expect(started).toMatchObject({ ...fields, state: 'STARTED', dateDone: null });
    expect(ended).toMatchObject({ ...fields, state: 'SUCCESS', result: 121393 });
    expect(Date.parse(ended?.dateDone ?? '')).toBe(subject.now());
  });

  test('reads many results at once, and leaves out ids without one', async () => {
    const ids = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const claim = subject.claimOf();
        await subject.store.claim(claim);
        await subject.store.complete(claim, { state: 'SUCCESS', resultJson: String(index) }, context);
        return claim.id;
      }),
    );
    const results = await subject.store.readMany([...ids, 'never seen', ids[0] ?? '']);
    expect(ids.map((id) => results.get(id)?.result)).toEqual(ids.map((_, index) => index));
    expect(results.size).toBe(120);
    expect(await subject.store.readMany([])).toEqual(new Map());
  });

  describe('updateState', () => {
    test('stores any state with any value, until the outcome replaces it', async () => {
      const claim = subject.claimOf();
      await subject.store.claim(claim);
      const updated = await subject.store.updateState(claim, 'PROGRESS', '{"current": 3, "total": 10}', context);
      expect(updated).toEqual({ kind: 'ok' });
      const shown = { state: 'PROGRESS', result: { current: 3, total: 10 }, dateDone: null };
      expect(await subject.store.read(claim.id)).toMatchObject(shown);
      expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'ok' });
      expect(await subject.store.updateState(claim, 'PROGRESS', '{}', context)).toEqual({
        kind: 'final',
        state: 'SUCCESS',
      });
    });

    test('keeps the claim', async () => {
      const claim = subject.claimOf();
      await subject.store.claim(claim);
      await subject.store.updateState(claim, 'PROGRESS', '1', context);
      expect(await subject.store.claim({ ...claim, owner: 'other' })).toMatchObject({ kind: 'claimedElsewhere' });
    });

    test.each(['SUCCESS', 'FAILURE', 'REVOKED'])('with %s is provisional: the outcome replaces it', async (state) => {
      const claim = subject.claimOf();
      await subject.store.claim(claim);
      await subject.store.updateState(claim, state, 'null', context);
      expect(await subject.store.read(claim.id)).toMatchObject({ state, dateDone: expect.any(String) });
      expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'ok' });
      expect(await subject.store.read(claim.id)).toMatchObject({ state: 'SUCCESS', result: 121393 });
    });

    test('is refused after another owner has claimed the task', async () => {
      const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
      await subject.store.claim(claim);
      subject.pass(1001);
      await subject.store.claim({ ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 });
      expect(await subject.store.updateState(claim, 'PROGRESS', '1', context)).toMatchObject({
        kind: 'claimedElsewhere',
      });
      expect((await subject.store.read(claim.id))?.state).toBe('PENDING');
    });
  });

  describe('an ignored task', () => {
    test('is PENDING to clients, and does not run again', async () => {
      const claim = subject.claimOf();
      await subject.store.claim(claim);
      expect(await subject.store.ignore(claim)).toEqual({ kind: 'ok' });
      expect(await subject.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
      expect(await subject.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
    });

    test('stays STARTED if it tracks its start, as in Celery', async () => {
      const claim = subject.claimOf({ trackStarted: true });
      await subject.store.claim(claim);
      expect(await subject.store.ignore(claim)).toEqual({ kind: 'ok' });
      expect((await subject.store.read(claim.id))?.state).toBe('STARTED');
      expect(await subject.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
    });

    test.each(['CUSTOM', 'FAILURE'])('keeps the state %s that it has stored itself', async (state) => {
      const claim = subject.claimOf();
      await subject.store.claim(claim);
      await subject.store.updateState(claim, state, '{"a": 1}', context);
      expect(await subject.store.ignore(claim)).toEqual({ kind: 'ok' });
      expect(await subject.store.read(claim.id)).toMatchObject({ state, result: { a: 1 } });
      expect(await subject.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
    });

    test('keeps the state that it has stored itself also if its message says ignore_result', async () => {
      const claim = subject.claimOf({ ignoreResult: true });
      await subject.store.claim(claim);
      await subject.store.updateState(claim, 'CUSTOM', '1', context);
      expect(await subject.store.complete(claim, success, context)).toEqual({ kind: 'ok', outcome: success });
      expect((await subject.store.read(claim.id))?.state).toBe('CUSTOM');
    });

    test('is refused after another owner has claimed the task', async () => {
      const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
      await subject.store.claim(claim);
      subject.pass(1001);
      await subject.store.claim({ ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 });
      expect(await subject.store.ignore(claim)).toMatchObject({ kind: 'claimedElsewhere' });
    });
  });

  describe('the failure of a task that never ran', () => {
    test('is stored by one of several concurrent calls, and its message is not run', async () => {
      const claim = subject.claimOf();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => subject.store.fail(claim.id, valueError, { group: 'g', parentId: 'p' })),
      );
      expect(answers.toSorted()).toEqual([...Array(7).fill('final'), 'stored']);
      expect(await subject.store.read(claim.id)).toMatchObject({
        state: 'FAILURE',
        exception: { type: 'ValueError', module: 'builtins', args: ['boom', 42] },
        group: 'g',
        parentId: 'p',
      });
      expect(await subject.store.claim(claim)).toEqual({ kind: 'final', state: 'FAILURE' });
    });

    test('does not replace the outcome of a task that has run nevertheless', async () => {
      const claim = subject.claimOf();
      await subject.store.claim(claim);
      await subject.store.complete(claim, success, context);
      expect(await subject.store.fail(claim.id, valueError, context)).toBe('final');
      expect((await subject.store.read(claim.id))?.state).toBe('SUCCESS');
    });
  });
}
