import { describe, expect, test } from 'vitest';
import type { ResultContext } from '../../packages/girder-worker/src/store/resultStore.ts';
import { context, type StoreUnderTest, success, valueError } from './storeUnderTest.ts';

/** What a client reads, and the ends of a task that are no outcome of its own. */
export function describeEndings(bench: StoreUnderTest): void {
  test('shows all that the context tells: children, group, parent, and of an extended result the message', async () => {
    const claim = bench.claimOf();
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
    await bench.store.claim({ ...claim, context: full });
    const started = await bench.store.read(claim.id);
    await bench.store.complete(claim, success, full);
    const ended = await bench.store.read(claim.id);

    const told = {
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
    expect(started).toMatchObject({ ...told, state: 'STARTED', dateDone: null });
    expect(ended).toMatchObject({ ...told, state: 'SUCCESS', result: 121393 });
    expect(Date.parse(ended?.dateDone ?? '')).toBe(bench.now());
  });

  test('reads many results at once, and leaves out those that are not there', async () => {
    const ids = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const claim = bench.claimOf();
        await bench.store.claim(claim);
        await bench.store.complete(claim, { state: 'SUCCESS', resultJson: String(index) }, context);
        return claim.id;
      }),
    );
    const results = await bench.store.readMany([...ids, 'never seen', ids[0] ?? '']);
    expect(ids.map((id) => results.get(id)?.result)).toEqual(ids.map((_, index) => index));
    expect(results.size).toBe(120);
    expect(await bench.store.readMany([])).toEqual(new Map());
  });

  describe('updateState', () => {
    test('shows any state with any value, which the outcome replaces', async () => {
      const claim = bench.claimOf();
      await bench.store.claim(claim);
      const updated = await bench.store.updateState(claim, 'PROGRESS', '{"current": 3, "total": 10}', context);
      expect(updated).toEqual({ kind: 'stored' });
      const shown = { state: 'PROGRESS', result: { current: 3, total: 10 }, dateDone: null };
      expect(await bench.store.read(claim.id)).toMatchObject(shown);
      expect(await bench.store.complete(claim, success, context)).toMatchObject({ kind: 'stored' });
      expect(await bench.store.updateState(claim, 'PROGRESS', '{}', context)).toEqual({
        kind: 'final',
        state: 'SUCCESS',
      });
    });

    test('keeps the claim, so that nobody else runs the task', async () => {
      const claim = bench.claimOf();
      await bench.store.claim(claim);
      await bench.store.updateState(claim, 'PROGRESS', '1', context);
      expect(await bench.store.claim({ ...claim, owner: 'other' })).toMatchObject({ kind: 'elsewhere' });
    });

    test.each(['SUCCESS', 'FAILURE', 'REVOKED'])('with %s is provisional: the outcome replaces it', async (state) => {
      const claim = bench.claimOf();
      await bench.store.claim(claim);
      await bench.store.updateState(claim, state, 'null', context);
      expect(await bench.store.read(claim.id)).toMatchObject({ state, dateDone: expect.any(String) });
      expect(await bench.store.complete(claim, success, context)).toMatchObject({ kind: 'stored' });
      expect(await bench.store.read(claim.id)).toMatchObject({ state: 'SUCCESS', result: 121393 });
    });

    test('is refused to one whose lease has passed to another', async () => {
      const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
      await bench.store.claim(claim);
      bench.pass(1001);
      await bench.store.claim({ ...claim, owner: 'other', leaseEndMs: bench.now() + 1000 });
      expect(await bench.store.updateState(claim, 'PROGRESS', '1', context)).toMatchObject({ kind: 'elsewhere' });
      expect((await bench.store.read(claim.id))?.state).toBe('STARTED');
    });
  });

  describe('a task that wants no result', () => {
    test('looks as if it had never begun, and does not run again', async () => {
      const claim = bench.claimOf();
      await bench.store.claim(claim);
      expect(await bench.store.ignore(claim)).toEqual({ kind: 'stored' });
      expect(await bench.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
      expect(await bench.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
    });

    test.each(['CUSTOM', 'FAILURE'])('keeps %s where it stored that itself', async (state) => {
      const claim = bench.claimOf();
      await bench.store.claim(claim);
      await bench.store.updateState(claim, state, '{"a": 1}', context);
      expect(await bench.store.ignore(claim)).toEqual({ kind: 'stored' });
      expect(await bench.store.read(claim.id)).toMatchObject({ state, result: { a: 1 } });
      expect(await bench.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
    });

    test('keeps a state of its own also where its message says that results are ignored', async () => {
      const claim = bench.claimOf({ ignoreResult: true });
      await bench.store.claim(claim);
      await bench.store.updateState(claim, 'CUSTOM', '1', context);
      expect(await bench.store.complete(claim, success, context)).toEqual({ kind: 'stored', outcome: success });
      expect((await bench.store.read(claim.id))?.state).toBe('CUSTOM');
    });

    test('is told when its claim has passed to another', async () => {
      const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
      await bench.store.claim(claim);
      bench.pass(1001);
      await bench.store.claim({ ...claim, owner: 'other', leaseEndMs: bench.now() + 1000 });
      expect(await bench.store.ignore(claim)).toMatchObject({ kind: 'elsewhere' });
    });
  });

  describe('the failure of a task that never ran', () => {
    test('is stored once, and keeps its message from being run', async () => {
      const claim = bench.claimOf();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => bench.store.fail(claim.id, valueError, { group: 'g', parentId: 'p' })),
      );
      expect(answers.toSorted()).toEqual([...Array(7).fill('final'), 'stored']);
      expect(await bench.store.read(claim.id)).toMatchObject({
        state: 'FAILURE',
        exception: { type: 'ValueError', module: 'builtins', args: ['boom', 42] },
        group: 'g',
        parentId: 'p',
      });
      expect(await bench.store.claim(claim)).toEqual({ kind: 'final', state: 'FAILURE' });
    });

    test('does not replace what it has come to nevertheless', async () => {
      const claim = bench.claimOf();
      await bench.store.claim(claim);
      await bench.store.complete(claim, success, context);
      expect(await bench.store.fail(claim.id, valueError, context)).toBe('final');
      expect((await bench.store.read(claim.id))?.state).toBe('SUCCESS');
    });
  });
}
