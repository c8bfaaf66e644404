import { expect, test } from 'vitest';
import { context, type StoreUnderTest, start, success, valueError } from './storeUnderTest.ts';

/** A task that goes on in a later message: a retry, or another task in its place. */
export function describeRetries(bench: StoreUnderTest): void {
  const retry = (etaMs: number) => ({ state: 'RETRY', etaMs, failure: valueError, traceback: 'Traceback…\n' }) as const;

  test('shows a task that will run again as RETRY, with the reason', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    const childrenJson = `[[["${claim.id}", null], null]]`;
    const retried = await bench.store.retry(claim, retry(bench.now()), { ...context, childrenJson }, 1);
    expect(retried).toEqual({ kind: 'stored' });
    expect(await bench.store.read(claim.id)).toMatchObject({
      state: 'RETRY',
      exception: { type: 'ValueError', args: ['boom', 42] },
      traceback: 'Traceback…\n',
      dateDone: null,
      children: [[[claim.id, null], null]],
    });
  });

  test('shows no reason for a retry that has none', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.retry(claim, { ...retry(bench.now()), failure: null }, context, 1);
    expect(await bench.store.read(claim.id)).toMatchObject({ state: 'RETRY', result: null, exception: null });
  });

  test('tells the old message when the retry is due, until the new one has been claimed', async () => {
    const claim = bench.claimOf();
    const dueMs = bench.now() + 5000;
    await bench.store.claim(claim);
    await bench.store.retry(claim, retry(dueMs), context, 1);
    const old = { ...claim, owner: 'duplicate' };
    expect(await bench.store.claim(old)).toEqual({ kind: 'superseded', dueMs });
    expect(await bench.store.retry(claim, retry(dueMs), context, 1)).toEqual({ kind: 'superseded', dueMs });
    await bench.store.claim({ ...claim, epoch: 1, owner: 'retry' });
    expect(await bench.store.claim(old)).toEqual({ kind: 'superseded', dueMs: null });
  });

  test('counts the attempts of each message anew', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.retry(claim, retry(bench.now()), context, 1);
    const second = { ...claim, epoch: 1, owner: 'second' };
    expect(await bench.store.claim(second)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
  });

  test('lets one of many at once run the retry', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.retry(claim, retry(bench.now()), context, 1);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => bench.store.claim({ ...claim, epoch: 1, owner: `retry:${index}` })),
    );
    expect(answers.filter((answer) => answer.kind === 'claimed')).toHaveLength(1);
  });

  test('refuses the retry of an owner whose lease has passed to another', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    bench.pass(1001);
    const later = { ...claim, owner: 'other', leaseEndMs: bench.now() + 1000 };
    await bench.store.claim(later);
    expect(await bench.store.retry(claim, retry(bench.now()), context, 1)).toMatchObject({ kind: 'elsewhere' });
    expect(await bench.store.complete(later, success, context)).toMatchObject({ kind: 'stored' });
  });

  test('tells a retry that the task was revoked while the last attempt was running', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.revoke(claim.id, 'revoked');
    await bench.store.retry(claim, retry(bench.now()), context, 1);
    expect(await bench.store.claim({ ...claim, epoch: 1 })).toMatchObject({ kind: 'claimed', revoked: true });
  });

  test('revokes a task that waits for its retry at once', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.retry(claim, retry(bench.now() + 1000), context, 1);
    expect(await bench.store.revoke(claim.id, 'revoked')).toBe('revoked');
    expect(await bench.store.claim({ ...claim, epoch: 1 })).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  test('shows PENDING throughout for a retried task that ignores its result', async () => {
    const claim = bench.claimOf({ ignoreResult: true });
    await bench.store.claim(claim);
    await bench.store.retry(claim, retry(bench.now()), context, 1);
    expect(await bench.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
  });

  test('leaves the state of a task that is replaced as it is, and lets only the replacement run', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    expect(await bench.store.release(claim, 1_000_000)).toEqual({ kind: 'stored' });
    expect((await bench.store.read(claim.id))?.state).toBe('STARTED');
    expect(await bench.store.claim({ ...claim, owner: 'old' })).toEqual({ kind: 'superseded', dueMs: null });
    const replacement = { ...claim, owner: 'new', epoch: 1_000_000 };
    expect(await bench.store.claim(replacement)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
  });

  test('lets the same message run again, when its claim was given back', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    expect(await bench.store.release(claim, claim.epoch)).toEqual({ kind: 'stored' });
    expect(await bench.store.claim({ ...claim, owner: 'next' })).toMatchObject({ kind: 'claimed', attempt: 1 });
  });

  test('retries nothing that has ended', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.complete(claim, success, context);
    const final = { kind: 'final', state: 'SUCCESS' };
    expect(await bench.store.retry(claim, retry(start), context, 1)).toEqual(final);
    expect(await bench.store.release(claim, 1)).toEqual(final);
    expect((await bench.store.read(claim.id))?.state).toBe('SUCCESS');
  });
}
