import { expect, test } from 'vitest';
import { nothingFollows } from '../../packages/girder-worker/src/store/resultStore.ts';
import { stampRevocationKey } from '../../packages/girder-worker/src/store/stampKeys.ts';
import { context, type StoreUnderTest, success, valueError } from './storeUnderTest.ts';

/** Claims, outcomes and revocations. */
export function describeClaims(subject: StoreUnderTest): void {
  test('grants a claim to exactly one of several concurrent deliveries', async () => {
    const claim = subject.claimOf();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => subject.store.claim({ ...claim, owner: `i:${index}` })),
    );
    expect(answers.filter((answer) => answer.kind === 'claimed')).toHaveLength(1);
    expect(answers.filter((answer) => answer.kind === 'claimedElsewhere')).toHaveLength(7);
  });

  test('shows PENDING to clients while a task runs, as Celery without track_started', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null, dateDone: null });
  });

  test('stores STARTED with the worker when a task is claimed that tracks its start', async () => {
    const claim = subject.claimOf({ trackStarted: true });
    await subject.store.claim(claim);
    expect(await subject.store.read(claim.id)).toMatchObject({
      state: 'STARTED',
      result: { pid: 7, hostname: 'girder-worker@here' },
    });
  });

  test('does not store STARTED for a task that ignores its result, whether it tracks its start or not', async () => {
    const claim = subject.claimOf({ trackStarted: true, ignoreResult: true });
    await subject.store.claim(claim);
    expect((await subject.store.read(claim.id))?.state).toBe('PENDING');
  });

  test.each([
    [false, 'PROGRESS'],
    [true, 'STARTED'],
  ])('with trackStarted %j shows %s after the task is claimed again', async (trackStarted, state) => {
    const claim = subject.claimOf({ trackStarted, leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    await subject.store.updateState(claim, 'PROGRESS', '1', context);
    subject.pass(1001);
    await subject.store.claim({ ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 });
    expect((await subject.store.read(claim.id))?.state).toBe(state);
  });

  test('tells a second delivery when the lease of the first one ends', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    expect(await subject.store.claim({ ...claim, owner: 'other' })).toEqual({
      kind: 'claimedElsewhere',
      untilMs: claim.leaseEndMs,
    });
  });

  test('counts the attempts of a task: claims that ended without an outcome, and the one that lasts', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    expect(await subject.store.attempts(claim.id)).toBe(0);
    await subject.store.claim(claim);
    expect(await subject.store.attempts(claim.id)).toBe(1);
    subject.pass(1001);
    const next = { ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 };
    expect(await subject.store.claim(next)).toMatchObject({ attempt: 2 });
    await subject.store.release(next, 0, { keepAttempts: true });
    expect(await subject.store.attempts(claim.id)).toBe(2);
    expect(await subject.store.claim(next)).toMatchObject({ attempt: 3 });
    await subject.store.release(next, 0);
    expect(await subject.store.attempts(claim.id)).toBe(0);
    await subject.store.claim(next);
    await subject.store.complete(next, success, context);
    expect(await subject.store.attempts(claim.id)).toBe(0);
  });

  test('counts the times that the decoding of a message was begun and not ended', async () => {
    const [id, other] = [subject.newId('message'), subject.newId('message')];
    expect(await subject.store.beginDecoding(id)).toBe(1);
    expect(await subject.store.beginDecoding(id)).toBe(2);
    expect(await subject.store.beginDecoding(other)).toBe(1);
    await subject.store.endDecoding(id);
    await subject.store.endDecoding(id);
    expect(await subject.store.beginDecoding(id)).toBe(1);
    expect(await subject.store.beginDecoding(other)).toBe(2);
    expect(await subject.store.attempts(id)).toBe(0);
  });

  test('grants a claim again to its owner, whose answer was lost, and does not count that as an attempt', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    expect(await subject.store.claim(claim)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
  });

  test('grants a claim to another owner after the lease has expired, and counts the attempts', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    expect(await subject.store.claim(claim)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
    subject.pass(1001);
    expect(await subject.store.claim({ ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 })).toEqual({
      kind: 'claimed',
      attempt: 2,
      revoked: false,
    });
  });

  test('keeps a renewed claim until its new lease ends, and does not count the renewal as an attempt', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    const untilMs = subject.now() + 5000;
    expect(await subject.store.renew(claim, untilMs)).toEqual({ kind: 'ok' });
    subject.pass(1001);
    expect(await subject.store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'claimedElsewhere', untilMs });
    subject.pass(4000);
    expect(await subject.store.claim({ ...claim, owner: 'other' })).toMatchObject({ kind: 'claimed', attempt: 2 });
  });

  test('renews an expired claim if no other owner has claimed the task', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    subject.pass(1001);
    const untilMs = subject.now() + 1000;
    expect(await subject.store.renew(claim, untilMs)).toEqual({ kind: 'ok' });
    expect(await subject.store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'claimedElsewhere', untilMs });
  });

  test('refuses to renew a claim after another owner has claimed the task, or after the task has ended', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    subject.pass(1001);
    const later = { ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 };
    await subject.store.claim(later);
    expect(await subject.store.renew(claim, subject.now() + 9000)).toEqual({
      kind: 'claimedElsewhere',
      untilMs: later.leaseEndMs,
    });
    await subject.store.complete(later, success, context);
    expect(await subject.store.renew(claim, subject.now() + 9000)).toEqual({ kind: 'final', state: 'SUCCESS' });
  });

  test('refuses to renew a claim that was released to a later message', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.release(claim, claim.epoch + 1);
    expect(await subject.store.renew(claim, subject.now() + 9000)).toMatchObject({ kind: 'outdated' });
  });

  test('stores one outcome, and refuses claims, outcomes and revocations after it', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'ok' });
    expect(await subject.store.read(claim.id)).toMatchObject({
      state: 'SUCCESS',
      result: 121393,
      exception: null,
      traceback: null,
    });
    expect(await subject.store.claim({ ...claim, owner: 'late duplicate' })).toEqual({
      kind: 'final',
      state: 'SUCCESS',
    });
    expect(await subject.store.complete(claim, { state: 'REVOKED', reason: 'expired' }, context)).toEqual({
      kind: 'final',
      state: 'SUCCESS',
    });
    expect(await subject.store.revoke(claim.id, 'revoked')).toBe('final');
    expect((await subject.store.read(claim.id))?.state).toBe('SUCCESS');
  });

  test('refuses an outcome after another owner has claimed the task', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    subject.pass(1001);
    const later = { ...claim, owner: 'other', leaseEndMs: subject.now() + 1000 };
    await subject.store.claim(later);
    expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'claimedElsewhere' });
    expect(await subject.store.complete(later, success, context)).toMatchObject({ kind: 'ok' });
  });

  test('stores an exception with type, module, arguments and traceback, so that Python can raise it', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    const failure = { type: 'ValueError', module: 'builtins', argsJson: '["boom", 42]', traceback: 'Traceback…\n' };
    await subject.store.complete(claim, { state: 'FAILURE', failure }, { group: 'g1', parentId: 'p1' });
    expect(await subject.store.read(claim.id)).toMatchObject({
      state: 'FAILURE',
      result: null,
      exception: { type: 'ValueError', args: ['boom', 42], module: 'builtins' },
      traceback: 'Traceback…\n',
    });
  });

  test('stores REVOKED at once for a task that is not claimed, so that it never runs', async () => {
    const claim = subject.claimOf();
    expect(await subject.store.revoke(claim.id, 'revoked')).toBe('revoked');
    expect(await subject.store.read(claim.id)).toMatchObject({
      state: 'REVOKED',
      exception: { type: 'TaskRevokedError', args: ['revoked'] },
    });
    expect(await subject.store.claim(claim)).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  test('flags a running task as revoked, and leaves its state to its worker', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    expect(await subject.store.revoke(claim.id, 'revoked')).toBe('flagged');
    expect((await subject.store.read(claim.id))?.state).toBe('PENDING');
    expect(await subject.store.findRevocations([claim.id, 'unknown'])).toEqual(new Map([[claim.id, 'revoked']]));
    expect(await subject.store.complete(claim, { state: 'REVOKED', reason: 'terminated' }, context)).toMatchObject({
      kind: 'ok',
    });
    expect((await subject.store.read(claim.id))?.state).toBe('REVOKED');
  });

  test('tells the next owner that the task was revoked during a claim that has expired', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    await subject.store.revoke(claim.id, 'revoked');
    subject.pass(1001);
    expect(await subject.store.claim({ ...claim, owner: 'other' })).toEqual({
      kind: 'claimed',
      attempt: 2,
      revoked: true,
    });
  });

  test('finds the revoked ones of more tasks than DynamoDB reads in one request', async () => {
    const ids = Array.from({ length: 150 }, () => subject.claimOf().id);
    await Promise.all([ids[3], ids[149]].map((id = '') => subject.store.revoke(id, 'revoked')));
    expect(await subject.store.findRevocations(ids)).toEqual(
      new Map([
        [ids[3], 'revoked'],
        [ids[149], 'revoked'],
      ]),
    );
  });

  test('shows PENDING at all times for a task that ignores its result, and runs it only once', async () => {
    const claim = subject.claimOf({ ignoreResult: true });
    await subject.store.claim(claim);
    expect((await subject.store.read(claim.id))?.state).toBe('PENDING');
    await subject.store.complete(claim, success, context);
    expect((await subject.store.read(claim.id))?.state).toBe('PENDING');
    expect(await subject.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'IGNORED' });
  });

  test('deletes a forgotten result, but does not let the task run again', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await subject.store.complete(claim, success, context);
    await subject.store.forget(claim.id);
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
    expect(await subject.store.claim({ ...claim, owner: 'duplicate' })).toEqual({ kind: 'final', state: 'FORGOTTEN' });
  });

  test('keeps a forgotten result for what follows its task, and a second forget() changes nothing', async () => {
    const claim = subject.claimOf({ digest: 'what follows' });
    await subject.store.claim(claim);
    await subject.store.complete(claim, success, context);
    const stored = await subject.store.read(claim.id);
    await subject.store.forget(claim.id);
    await subject.store.forget(claim.id);
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'PENDING', result: null });
    expect(await subject.store.readForContinuations([claim.id])).toEqual(new Map([[claim.id, stored]]));
  });

  test('does not keep a forgotten result if nothing follows its task', async () => {
    const claim = subject.claimOf({ digest: nothingFollows });
    await subject.store.claim(claim);
    await subject.store.complete(claim, success, context);
    await subject.store.forget(claim.id);
    expect((await subject.store.readForContinuations([claim.id])).get(claim.id)).toMatchObject({ state: 'PENDING' });
  });

  test('keeps a forgotten revocation of a task that has not run, and a forgotten failure of one that will not run', async () => {
    const [revoked, failed] = [subject.claimOf().id, subject.claimOf().id];
    await subject.store.revoke(revoked, 'revoked');
    await subject.store.fail(failed, valueError, context);
    for (const id of [revoked, failed]) await subject.store.forget(id);
    const results = await subject.store.readForContinuations([revoked, failed]);
    expect([revoked, failed].map((id) => results.get(id)?.state)).toEqual(['REVOKED', 'FAILURE']);
  });

  test('forgets a task that has not begun, and one that runs, without an effect on them, as Celery', async () => {
    const claim = subject.claimOf();
    await subject.store.forget(claim.id);
    expect(await subject.store.claim(claim)).toMatchObject({ kind: 'claimed', attempt: 1 });
    await subject.store.updateState(claim, 'PROGRESS', '1', context);
    await subject.store.forget(claim.id);
    expect((await subject.store.read(claim.id))?.state).toBe('PENDING');
    expect(await subject.store.claim({ ...claim, owner: 'other' })).toMatchObject({ kind: 'claimedElsewhere' });
    expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'ok' });
    expect((await subject.store.read(claim.id))?.state).toBe('SUCCESS');
  });

  test('refuses a message of a lower epoch than the last one of its task', async () => {
    const claim = subject.claimOf({ epoch: 2, leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    subject.pass(1001);
    expect(await subject.store.claim({ ...claim, owner: 'other', epoch: 1 })).toEqual({
      kind: 'outdated',
      dueMs: null,
    });
    expect(await subject.store.claim({ ...claim, owner: 'other', epoch: 3 })).toMatchObject({ kind: 'claimed' });
  });

  test('reads nothing for an id that was never stored', async () => {
    expect(await subject.store.read('never seen')).toBeUndefined();
    expect(await subject.store.findRevocations([])).toEqual(new Map());
    expect(await subject.store.findStampRevocations([])).toEqual(new Map());
  });

  test('stores ids with quotes, non-ASCII letters and names of object properties apart', async () => {
    const odd = ["it's", 'ünïcode-✓', '__proto__', 'constructor', "b'celery-task-meta-x'"];
    await Promise.all(odd.map((id) => subject.store.claim(subject.claimOf({ id }))));
    await Promise.all(
      odd.map((id) =>
        subject.store.complete(subject.claimOf({ id }), { state: 'SUCCESS', resultJson: JSON.stringify(id) }, context),
      ),
    );
    expect(await Promise.all(odd.map(async (id) => (await subject.store.read(id))?.result))).toEqual(odd);
  });

  test('keeps the revocation of a stamp apart from tasks: a task whose id is its key revokes nothing, and is not revoked by it', async () => {
    const key = stampRevocationKey('trace', subject.newId(), 'revoked');
    const other = stampRevocationKey('trace', subject.newId(), 'terminated');
    expect(await subject.store.revoke(other, 'terminated')).toBe('revoked');
    await subject.store.complete(subject.claimOf({ id: other }), success, context);
    expect(await subject.store.findStampRevocations([key, other])).toEqual(new Map());
    await subject.store.revokeStamp(key, 'revoked');
    await subject.store.revokeStamp(other, 'terminated');
    expect(await subject.store.findStampRevocations([key, other, key])).toEqual(
      new Map([
        [key, 'revoked'],
        [other, 'terminated'],
      ]),
    );
    expect(await subject.store.claim(subject.claimOf({ id: key }))).toMatchObject({ kind: 'claimed', revoked: false });
  });

  test('fails no step that another delivery has claimed, until its lease ends', async () => {
    const failure = { type: 'ValueError', module: 'builtins', argsJson: '[]', traceback: null };
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    expect(await subject.store.fail(claim.id, failure, context)).toBe('claimed');
    expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'ok' });
    expect(await subject.store.fail(claim.id, failure, context)).toBe('final');
    const abandoned = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(abandoned);
    subject.pass(1001);
    expect(await subject.store.fail(abandoned.id, failure, context)).toBe('stored');
  });
}
