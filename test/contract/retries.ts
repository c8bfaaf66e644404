import { expect, test } from 'vitest';
import { context, type StoreUnderTest, start, success, valueError } from './storeUnderTest.ts';

/** Tasks that continue in a later message: retries and replacements. */
export function describeRetries(subject: StoreUnderTest): void {
  const retry = (etaMs: number) => ({ state: 'RETRY', etaMs, failure: valueError, traceback: 'Traceback…\n' }) as const;

  test('stores RETRY with the exception for a task that will run again', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    const childrenJson = `[[["${claim.id}", null], null]]`;
    const retried = await subject.store.retry(claim, retry(subject.now()), { ...context, childrenJson }, 1);
    expect(retried).toEqual({ kind: 'ok' });
    expect(await subject.store.read(claim.id)).toMatchObject({
      state: 'RETRY',
      exception: { type: 'ValueError', args: ['boom', 42] },
      traceback: 'Traceback…\n',
      dateDone: null,
      children: [[[claim.id, null], null]],
    });
  });

  test('stores RETRY without an exception if the retry has none', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.retry(claim, { ...retry(subject.now()), failure: null }, context, 1);
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'RETRY', result: null, exception: null });
  });

  test('tells a duplicate of the old message when the retry is due, until its message is claimed', async () => {
    const claim = subject.claimOf();
    const dueMs = subject.now() + 5000;
    await subject.store.claim(claim);
    await subject.store.retry(claim, retry(dueMs), context, 1);
    const old = { ...claim, owner: 'duplicate' };
    expect(await subject.store.claim(old)).toEqual({ kind: 'outdated', dueMs });
    expect(await subject.store.retry(claim, retry(dueMs), context, 1)).toEqual({ kind: 'outdated', dueMs });
    await subject.store.claim({ ...claim, epoch: 1, owner: 'retry' });
    expect(await subject.store.claim(old)).toEqual({ kind: 'outdated', dueMs: null });
  });

  test.each([
    [false, 'RETRY'],
    [true, 'STARTED'],
  ])('with trackStarted %j shows %s while the retry runs, as Celery', async (trackStarted, state) => {
    const claim = subject.claimOf({ trackStarted });
    await subject.store.claim(claim);
    await subject.store.retry(claim, retry(subject.now()), context, 1);
    await subject.store.claim({ ...claim, epoch: 1 });
    expect((await subject.store.read(claim.id))?.state).toBe(state);
  });

  test('does not tell a duplicate when a retry with other arguments is due: its message is published already', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    const outcome = { ...retry(subject.now() + 5000), arguments: { argsJson: '[2]', kwargsJson: '{}' } };
    expect(await subject.store.retry(claim, outcome, context, 1)).toEqual({ kind: 'ok' });
    const old = { ...claim, owner: 'duplicate' };
    expect(await subject.store.claim(old)).toEqual({ kind: 'outdated', dueMs: null });
    const second = { ...claim, epoch: 1 };
    await subject.store.claim(second);
    const dueMs = subject.now() + 9000;
    await subject.store.retry(second, retry(dueMs), context, 2);
    expect(await subject.store.claim(old)).toEqual({ kind: 'outdated', dueMs });
  });

  test('counts the attempts of each message from 1', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.retry(claim, retry(subject.now()), context, 1);
    const second = { ...claim, epoch: 1, owner: 'second' };
    expect(await subject.store.claim(second)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
  });

  test('grants the claim of a retry to exactly one of several concurrent deliveries', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.retry(claim, retry(subject.now()), context, 1);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => subject.store.claim({ ...claim, epoch: 1, owner: `retry:${index}` })),
    );
    expect(answers.filter((answer) => answer.kind === 'claimed')).toHaveLength(1);
  });

  test('refuses to store a retry after another owner has claimed the task', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    subject.pass(1001);
    const later = { ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 };
    await subject.store.claim(later);
    expect(await subject.store.retry(claim, retry(subject.now()), context, 1)).toMatchObject({
      kind: 'claimedElsewhere',
    });
    expect(await subject.store.complete(later, success, context)).toMatchObject({ kind: 'ok' });
  });

  test('tells the claim of a retry that the task was revoked during the attempt before', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.revoke(claim.id, 'revoked');
    await subject.store.retry(claim, retry(subject.now()), context, 1);
    expect(await subject.store.claim({ ...claim, epoch: 1 })).toMatchObject({ kind: 'claimed', revoked: true });
  });

  test('stores REVOKED at once for a task that waits for its retry', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.retry(claim, retry(subject.now() + 1000), context, 1);
    expect(await subject.store.revoke(claim.id, 'revoked')).toBe('revoked');
    expect(await subject.store.claim({ ...claim, epoch: 1 })).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  test('shows PENDING after a retry of a task that ignores its result', async () => {
    const claim = subject.claimOf({ ignoreResult: true });
    await subject.store.claim(claim);
    await subject.store.retry(claim, retry(subject.now()), context, 1);
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
  });

  test('keeps the state of a replaced task, and grants the next claim only to the replacement', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    expect(await subject.store.release(claim, 1_000_000)).toEqual({ kind: 'ok' });
    expect((await subject.store.read(claim.id))?.state).toBe('PENDING');
    expect(await subject.store.claim({ ...claim, owner: 'old' })).toEqual({ kind: 'outdated', dueMs: null });
    const replacement = { ...claim, owner: 'new', epoch: 1_000_000 };
    expect(await subject.store.claim(replacement)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
  });

  test('grants a claim again after it was released to the same epoch', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    expect(await subject.store.release(claim, claim.epoch)).toEqual({ kind: 'ok' });
    expect(await subject.store.claim({ ...claim, owner: 'next' })).toMatchObject({ kind: 'claimed', attempt: 1 });
  });

  test('refuses to retry or release a task that has ended', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.complete(claim, success, context);
    const final = { kind: 'final', state: 'SUCCESS' };
    expect(await subject.store.retry(claim, retry(start), context, 1)).toEqual(final);
    expect(await subject.store.release(claim, 1)).toEqual(final);
    expect((await subject.store.read(claim.id))?.state).toBe('SUCCESS');
  });
}
