import { beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../packages/girder-worker/src/outcome/outcome.ts';
import type { Claim, Clock, ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';

const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const success: Outcome = { state: 'SUCCESS', resultJson: '121393' };
const context = { group: null, parentId: null };

/** What every result store must do, whatever it keeps its items in. */
export function describeResultStore(name: string, connect: (clock: Clock) => Promise<ResultStore>): void {
  describe(`the result store ${name}`, () => {
    let store: ResultStore;
    let now = start;
    let count = 0;
    beforeAll(async () => {
      store = await connect(() => now);
    });

    const claimOf = (changes: Partial<Claim> = {}): Claim => ({
      id: `task-${++count}`,
      owner: 'invocation:0',
      leaseEndMs: now + 60_000,
      epoch: 0,
      ignoreResult: false,
      worker: { pid: 7, hostname: 'girder-worker@here' },
      ...changes,
    });

    test('lets one of many deliveries at once run a task', async () => {
      const claim = claimOf();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => store.claim({ ...claim, owner: `i:${index}` })),
      );
      expect(answers.filter((answer) => answer.kind === 'claimed')).toHaveLength(1);
      expect(answers.filter((answer) => answer.kind === 'elsewhere')).toHaveLength(7);
    });

    test('shows a claimed task as STARTED, with the worker that has it', async () => {
      const claim = claimOf();
      await store.claim(claim);
      expect(await store.read(claim.id)).toMatchObject({
        state: 'STARTED',
        result: { pid: 7, hostname: 'girder-worker@here' },
      });
    });

    test('tells a second delivery how long the first may take', async () => {
      const claim = claimOf();
      await store.claim(claim);
      expect(await store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'elsewhere', untilMs: claim.leaseEndMs });
    });

    test('lets the same owner claim again', async () => {
      const claim = claimOf();
      await store.claim(claim);
      expect(await store.claim(claim)).toMatchObject({ kind: 'claimed' });
    });

    test('lets another run the task when the lease has ended, and counts the attempts', async () => {
      const claim = claimOf({ leaseEndMs: now + 1000 });
      expect(await store.claim(claim)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
      now += 1001;
      expect(await store.claim({ ...claim, owner: 'other', leaseEndMs: now + 1000 })).toEqual({
        kind: 'claimed',
        attempt: 2,
        revoked: false,
      });
    });

    test('stores an outcome once, and refuses what comes after it', async () => {
      const claim = claimOf();
      await store.claim(claim);
      expect(await store.complete(claim, success, context)).toEqual({ kind: 'stored' });
      expect(await store.read(claim.id)).toEqual({
        state: 'SUCCESS',
        result: 121393,
        exception: null,
        traceback: null,
      });
      expect(await store.claim({ ...claim, owner: 'late duplicate' })).toEqual({ kind: 'final', state: 'SUCCESS' });
      expect(await store.complete(claim, { state: 'REVOKED', reason: 'expired' }, context)).toEqual({
        kind: 'final',
        state: 'SUCCESS',
      });
      expect(await store.revoke(claim.id, 'revoked')).toBe('final');
      expect((await store.read(claim.id))?.state).toBe('SUCCESS');
    });

    test('refuses the outcome of an owner whose lease has passed to another', async () => {
      const claim = claimOf({ leaseEndMs: now + 1000 });
      await store.claim(claim);
      now += 1001;
      const later = { ...claim, owner: 'other', leaseEndMs: now + 1000 };
      await store.claim(later);
      expect(await store.complete(claim, success, context)).toMatchObject({ kind: 'elsewhere' });
      expect(await store.complete(later, success, context)).toEqual({ kind: 'stored' });
    });

    test('keeps what an exception was, for Python to raise it again', async () => {
      const claim = claimOf();
      await store.claim(claim);
      const failure = { type: 'ValueError', module: 'builtins', argsJson: '["boom", 42]', traceback: 'Traceback…\n' };
      await store.complete(claim, { state: 'FAILURE', failure }, { group: 'g1', parentId: 'p1' });
      expect(await store.read(claim.id)).toEqual({
        state: 'FAILURE',
        result: null,
        exception: { type: 'ValueError', args: ['boom', 42], module: 'builtins' },
        traceback: 'Traceback…\n',
      });
    });

    test('makes a task that nobody has claimed REVOKED at once, so that it never runs', async () => {
      const claim = claimOf();
      expect(await store.revoke(claim.id, 'revoked')).toBe('revoked');
      expect(await store.read(claim.id)).toMatchObject({
        state: 'REVOKED',
        exception: { type: 'TaskRevokedError', args: ['revoked'] },
      });
      expect(await store.claim(claim)).toEqual({ kind: 'final', state: 'REVOKED' });
    });

    test('marks a task that runs, and leaves its state to the one that runs it', async () => {
      const claim = claimOf();
      await store.claim(claim);
      expect(await store.revoke(claim.id, 'revoked')).toBe('marked');
      expect((await store.read(claim.id))?.state).toBe('STARTED');
      expect(await store.revokedAmong([claim.id, 'unknown'])).toEqual(new Set([claim.id]));
      expect(await store.complete(claim, { state: 'REVOKED', reason: 'terminated' }, context)).toEqual({
        kind: 'stored',
      });
      expect((await store.read(claim.id))?.state).toBe('REVOKED');
    });

    test('tells the next owner that the task was revoked while the last one, now gone, was running it', async () => {
      const claim = claimOf({ leaseEndMs: now + 1000 });
      await store.claim(claim);
      await store.revoke(claim.id, 'revoked');
      now += 1001;
      expect(await store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'claimed', attempt: 2, revoked: true });
    });

    test('finds the revoked among more tasks than DynamoDB reads at once', async () => {
      const ids = Array.from({ length: 150 }, () => claimOf().id);
      await Promise.all([ids[3], ids[149]].map((id = '') => store.revoke(id, 'revoked')));
      expect(await store.revokedAmong(ids)).toEqual(new Set([ids[3], ids[149]]));
    });

    test('shows PENDING throughout for a task that ignores its result, and still runs it once', async () => {
      const claim = claimOf({ ignoreResult: true });
      await store.claim(claim);
      expect((await store.read(claim.id))?.state).toBe('PENDING');
      await store.complete(claim, success, context);
      expect((await store.read(claim.id))?.state).toBe('PENDING');
      expect(await store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
    });

    test('forgets a result, but not that the task has run', async () => {
      const claim = claimOf();
      await store.claim(claim);
      await store.complete(claim, success, context);
      await store.forget(claim.id);
      expect(await store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
      expect(await store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'FORGOTTEN' });
    });

    test('lets in no message that is older than the last one of its task', async () => {
      const claim = claimOf({ epoch: 2, leaseEndMs: now + 1000 });
      await store.claim(claim);
      now += 1001;
      expect(await store.claim({ ...claim, owner: 'other', epoch: 1 })).toEqual({ kind: 'superseded' });
      expect(await store.claim({ ...claim, owner: 'other', epoch: 3 })).toMatchObject({ kind: 'claimed' });
    });

    test('knows nothing of a task that nobody has touched', async () => {
      expect(await store.read('never seen')).toBeUndefined();
      expect(await store.revokedAmong([])).toEqual(new Set());
    });

    test('keeps ids of any letters apart', async () => {
      const odd = ["it's", 'ünïcode-✓', '__proto__', 'constructor', "b'celery-task-meta-x'"];
      await Promise.all(odd.map((id) => store.claim(claimOf({ id }))));
      await Promise.all(
        odd.map((id) => store.complete(claimOf({ id }), { state: 'SUCCESS', resultJson: JSON.stringify(id) }, context)),
      );
      expect(await Promise.all(odd.map(async (id) => (await store.read(id))?.result))).toEqual(odd);
    });
  });
}
