import { expect, test } from 'vitest';
import { failureOf } from '../../packages/girder-worker/src/outcome/failure.ts';
import { context, type StoreUnderTest, success } from './storeUnderTest.ts';

const failed = { state: 'FAILURE', failure: failureOf('WorkerLostError', ['delivered 10 times']) } as const;

/** Ends that are stored for dead letters, and taken back when these are sent to their queue again. */
export function describeReopening(subject: StoreUnderTest): void {
  test('reopens a task that was ended for a dead letter: it is PENDING, can be claimed, and its attempts count anew', async () => {
    const claim = subject.claimOf();
    await subject.store.claim({ ...claim, isDeadLetter: true });
    await subject.store.complete(claim, failed, context);
    expect(await subject.store.claim({ ...claim, owner: 'late' })).toMatchObject({ kind: 'final', state: 'FAILURE' });

    expect(await subject.store.reopen(claim.id)).toBe(true);
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'PENDING' });
    expect(await subject.store.claim({ ...claim, owner: 'again' })).toMatchObject({ kind: 'claimed', attempt: 1 });
  });

  test('reopens a task that ignores its result, and one whose result was forgotten', async () => {
    for (const ignoreResult of [true, false]) {
      const claim = subject.claimOf({ ignoreResult });
      await subject.store.claim({ ...claim, isDeadLetter: true });
      await subject.store.complete(claim, failed, context);
      if (!ignoreResult) await subject.store.forget(claim.id);
      expect(await subject.store.reopen(claim.id)).toBe(true);
      expect(await subject.store.claim(claim)).toMatchObject({ kind: 'claimed' });
      expect((await subject.store.readForContinuations([claim.id])).get(claim.id)).toMatchObject({ state: 'PENDING' });
    }
  });

  test('does not reopen a task that has ended by itself, nor a task a second time', async () => {
    const claim = subject.claimOf();
    await subject.store.claim({ ...claim, isDeadLetter: true });
    await subject.store.complete(claim, failed, context);
    await subject.store.reopen(claim.id);
    await subject.store.claim(claim);
    expect(await subject.store.reopen(claim.id)).toBe(false);
    await subject.store.complete(claim, success, context);
    expect(await subject.store.reopen(claim.id)).toBe(false);
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'SUCCESS' });
    expect(await subject.store.reopen('unknown')).toBe(false);
  });

  test('does not forget a revocation when it reopens a task', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim({ ...claim, isDeadLetter: true });
    await subject.store.revoke(claim.id, 'revoked');
    await subject.store.complete(claim, { state: 'REVOKED', reason: 'revoked' }, context);
    await subject.store.reopen(claim.id);
    expect(await subject.store.claim({ ...claim, owner: 'again' })).toMatchObject({ kind: 'claimed', revoked: true });
  });
}
