import { expect, test } from 'vitest';
import { context, type StoreUnderTest, success } from './storeUnderTest.ts';

/** Who may run a task, and what becomes of those who may not. */
export function describeClaims(bench: StoreUnderTest): void {
  test('lets one of many deliveries at once run a task', async () => {
    const claim = bench.claimOf();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => bench.store.claim({ ...claim, owner: `i:${index}` })),
    );
    expect(answers.filter((answer) => answer.kind === 'claimed')).toHaveLength(1);
    expect(answers.filter((answer) => answer.kind === 'elsewhere')).toHaveLength(7);
  });

  test('shows a claimed task as STARTED, with the worker that has it', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    expect(await bench.store.read(claim.id)).toMatchObject({
      state: 'STARTED',
      result: { pid: 7, hostname: 'girder-worker@here' },
    });
  });

  test('tells a second delivery how long the first may take', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    expect(await bench.store.claim({ ...claim, owner: 'other' })).toEqual({
      kind: 'elsewhere',
      untilMs: claim.leaseEndMs,
    });
  });

  test('lets the same owner claim again', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    expect(await bench.store.claim(claim)).toMatchObject({ kind: 'claimed' });
  });

  test('lets another run the task when the lease has ended, and counts the attempts', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    expect(await bench.store.claim(claim)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
    bench.pass(1001);
    expect(await bench.store.claim({ ...claim, owner: 'other', leaseEndMs: bench.now() + 1000 })).toEqual({
      kind: 'claimed',
      attempt: 2,
      revoked: false,
    });
  });

  test('lets nobody else run a task whose owner renews the claim, and counts no attempt for it', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    const untilMs = bench.now() + 5000;
    expect(await bench.store.renew(claim, untilMs)).toEqual({ kind: 'stored' });
    bench.pass(1001);
    expect(await bench.store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'elsewhere', untilMs });
    bench.pass(4000);
    expect(await bench.store.claim({ ...claim, owner: 'other' })).toMatchObject({ kind: 'claimed', attempt: 2 });
  });

  test('renews a claim that has ended, if nobody has the task since', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    bench.pass(1001);
    const untilMs = bench.now() + 1000;
    expect(await bench.store.renew(claim, untilMs)).toEqual({ kind: 'stored' });
    expect(await bench.store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'elsewhere', untilMs });
  });

  test('refuses to renew a claim that has passed to another, or whose task has ended', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    bench.pass(1001);
    const later = { ...claim, owner: 'other', leaseEndMs: bench.now() + 1000 };
    await bench.store.claim(later);
    expect(await bench.store.renew(claim, bench.now() + 9000)).toEqual({
      kind: 'elsewhere',
      untilMs: later.leaseEndMs,
    });
    await bench.store.complete(later, success, context);
    expect(await bench.store.renew(claim, bench.now() + 9000)).toEqual({ kind: 'final', state: 'SUCCESS' });
  });

  test('renews no claim that was given back to a later message', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.release(claim, claim.epoch + 1);
    expect(await bench.store.renew(claim, bench.now() + 9000)).toMatchObject({ kind: 'superseded' });
  });

  test('stores an outcome once, and refuses what comes after it', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    expect(await bench.store.complete(claim, success, context)).toMatchObject({ kind: 'stored' });
    expect(await bench.store.read(claim.id)).toMatchObject({
      state: 'SUCCESS',
      result: 121393,
      exception: null,
      traceback: null,
    });
    expect(await bench.store.claim({ ...claim, owner: 'late duplicate' })).toEqual({ kind: 'final', state: 'SUCCESS' });
    expect(await bench.store.complete(claim, { state: 'REVOKED', reason: 'expired' }, context)).toEqual({
      kind: 'final',
      state: 'SUCCESS',
    });
    expect(await bench.store.revoke(claim.id, 'revoked')).toBe('final');
    expect((await bench.store.read(claim.id))?.state).toBe('SUCCESS');
  });

  test('refuses the outcome of an owner whose lease has passed to another', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    bench.pass(1001);
    const later = { ...claim, owner: 'other', leaseEndMs: bench.now() + 1000 };
    await bench.store.claim(later);
    expect(await bench.store.complete(claim, success, context)).toMatchObject({ kind: 'elsewhere' });
    expect(await bench.store.complete(later, success, context)).toMatchObject({ kind: 'stored' });
  });

  test('keeps what an exception was, for Python to raise it again', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    const failure = { type: 'ValueError', module: 'builtins', argsJson: '["boom", 42]', traceback: 'Traceback…\n' };
    await bench.store.complete(claim, { state: 'FAILURE', failure }, { group: 'g1', parentId: 'p1' });
    expect(await bench.store.read(claim.id)).toMatchObject({
      state: 'FAILURE',
      result: null,
      exception: { type: 'ValueError', args: ['boom', 42], module: 'builtins' },
      traceback: 'Traceback…\n',
    });
  });

  test('makes a task that nobody has claimed REVOKED at once, so that it never runs', async () => {
    const claim = bench.claimOf();
    expect(await bench.store.revoke(claim.id, 'revoked')).toBe('revoked');
    expect(await bench.store.read(claim.id)).toMatchObject({
      state: 'REVOKED',
      exception: { type: 'TaskRevokedError', args: ['revoked'] },
    });
    expect(await bench.store.claim(claim)).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  test('marks a task that runs, and leaves its state to the one that runs it', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    expect(await bench.store.revoke(claim.id, 'revoked')).toBe('marked');
    expect((await bench.store.read(claim.id))?.state).toBe('STARTED');
    expect(await bench.store.findRevocations([claim.id, 'unknown'])).toEqual(new Map([[claim.id, 'revoked']]));
    expect(await bench.store.complete(claim, { state: 'REVOKED', reason: 'terminated' }, context)).toMatchObject({
      kind: 'stored',
    });
    expect((await bench.store.read(claim.id))?.state).toBe('REVOKED');
  });

  test('tells the next owner that the task was revoked while the last one, now gone, was running it', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    await bench.store.revoke(claim.id, 'revoked');
    bench.pass(1001);
    expect(await bench.store.claim({ ...claim, owner: 'other' })).toEqual({
      kind: 'claimed',
      attempt: 2,
      revoked: true,
    });
  });

  test('finds the revoked among more tasks than DynamoDB reads at once', async () => {
    const ids = Array.from({ length: 150 }, () => bench.claimOf().id);
    await Promise.all([ids[3], ids[149]].map((id = '') => bench.store.revoke(id, 'revoked')));
    expect(await bench.store.findRevocations(ids)).toEqual(
      new Map([
        [ids[3], 'revoked'],
        [ids[149], 'revoked'],
      ]),
    );
  });

  test('shows PENDING throughout for a task that ignores its result, and still runs it once', async () => {
    const claim = bench.claimOf({ ignoreResult: true });
    await bench.store.claim(claim);
    expect((await bench.store.read(claim.id))?.state).toBe('PENDING');
    await bench.store.complete(claim, success, context);
    expect((await bench.store.read(claim.id))?.state).toBe('PENDING');
    expect(await bench.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
  });

  test('forgets a result, but not that the task has run', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await bench.store.complete(claim, success, context);
    await bench.store.forget(claim.id);
    expect(await bench.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
    expect(await bench.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'FORGOTTEN' });
  });

  test('lets in no message that is older than the last one of its task', async () => {
    const claim = bench.claimOf({ epoch: 2, leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    bench.pass(1001);
    expect(await bench.store.claim({ ...claim, owner: 'other', epoch: 1 })).toEqual({
      kind: 'superseded',
      dueMs: null,
    });
    expect(await bench.store.claim({ ...claim, owner: 'other', epoch: 3 })).toMatchObject({ kind: 'claimed' });
  });

  test('knows nothing of a task that nobody has touched', async () => {
    expect(await bench.store.read('never seen')).toBeUndefined();
    expect(await bench.store.findRevocations([])).toEqual(new Map());
  });

  test('keeps ids of any letters apart', async () => {
    const odd = ["it's", 'ünïcode-✓', '__proto__', 'constructor', "b'celery-task-meta-x'"];
    await Promise.all(odd.map((id) => bench.store.claim(bench.claimOf({ id }))));
    await Promise.all(
      odd.map((id) =>
        bench.store.complete(bench.claimOf({ id }), { state: 'SUCCESS', resultJson: JSON.stringify(id) }, context),
      ),
    );
    expect(await Promise.all(odd.map(async (id) => (await bench.store.read(id))?.result))).toEqual(odd);
  });
}
