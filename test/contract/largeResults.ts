import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { context, type StoreUnderTest, valueError } from './storeUnderTest.ts';

/** Results that exceed DynamoDB's limit of 400 KB per item. */
export function describeLargeResults(subject: StoreUnderTest): void {
  /** A text of 4/3 as many characters that cannot be compressed below `bytes`. */
  const noise = (bytes: number) => randomBytes(bytes).toString('base64');
  const resultOf = (text: string) => ({ state: 'SUCCESS', resultJson: JSON.stringify(text) }) as const;

  test('compresses a result that does not fit otherwise', async () => {
    const claim = subject.claimOf();
    const outcome = resultOf('x'.repeat(2_000_000));
    await subject.store.claim(claim);
    expect(await subject.store.complete(claim, outcome, context)).toEqual({ kind: 'ok', outcome });
    expect((await subject.store.read(claim.id))?.result).toBe('x'.repeat(2_000_000));
    expect(await subject.store.claim(claim)).toEqual({ kind: 'final', state: 'SUCCESS' });
  });

  test('stores a result of nearly 400 KB', async () => {
    const claim = subject.claimOf();
    const text = 'x'.repeat(406_000);
    await subject.store.claim(claim);
    await subject.store.complete(claim, resultOf(text), context);
    expect((await subject.store.read(claim.id))?.result).toBe(text);
  });

  test('replaces a result that does not fit by a failure with its size, and returns that failure', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    const answer = await subject.store.complete(claim, resultOf(noise(600_000)), { ...context, group: 'g' });
    expect(answer).toMatchObject({
      kind: 'ok',
      outcome: { state: 'FAILURE', failure: { type: 'BackendStoreError', module: 'celery.exceptions' } },
    });
    expect(await subject.store.read(claim.id)).toMatchObject({
      state: 'FAILURE',
      group: 'g',
      exception: {
        args: [
          expect.stringMatching(/^The result has \d{6} bytes \(\d{6} compressed\), and a DynamoDB item takes 406528/),
        ],
      },
    });
    expect(await subject.store.claim(claim)).toEqual({ kind: 'final', state: 'FAILURE' });
  });

  test('replaces an exception that does not fit by one with its size', async () => {
    const claim = subject.claimOf();
    const failure = { ...valueError, argsJson: JSON.stringify([noise(600_000)]) };
    await subject.store.claim(claim);
    const stored = await subject.store.complete(claim, { state: 'FAILURE', failure }, context);
    expect(stored).toMatchObject({ kind: 'ok', outcome: { failure: { type: 'BackendStoreError' } } });
    expect((await subject.store.read(claim.id))?.exception?.args[0]).toMatch(/^The exception has \d{6} bytes/);
  });

  test('leaves out the extended fields if the result does not fit with them', async () => {
    const claim = subject.claimOf();
    const request = { name: 't', kwargsJson: '{}', worker: 'w', retries: 0, queue: null };
    const large = { ...context, extended: { ...request, argsJson: JSON.stringify([noise(600_000)]) } };
    expect(await subject.store.claim({ ...claim, context: large })).toMatchObject({ kind: 'claimed' });
    expect(await subject.store.complete(claim, resultOf('small'), large)).toMatchObject({
      outcome: { state: 'SUCCESS' },
    });
    expect(await subject.store.read(claim.id)).toMatchObject({ result: 'small', request: null });
  });

  test('stores a retry without its exception if that does not fit', async () => {
    const claim = subject.claimOf();
    const failure = { ...valueError, argsJson: JSON.stringify([noise(600_000)]) };
    await subject.store.claim(claim);
    const retry = { state: 'RETRY', etaMs: subject.now(), failure, traceback: null } as const;
    expect(await subject.store.retry(claim, retry, context, 1)).toEqual({ kind: 'ok' });
    expect(await subject.store.read(claim.id)).toMatchObject({ state: 'RETRY', exception: null });
  });

  test('rejects a state that does not fit, and keeps the claim', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await expect(subject.store.updateState(claim, 'P', JSON.stringify(noise(600_000)), context)).rejects.toThrow(
      /^The state has \d{6} bytes.*DynamoDB item takes 406528/,
    );
    expect(await subject.store.updateState(claim, 'P', '1', context)).toEqual({ kind: 'ok' });
  });

  test('grants a claim on a task whose stored state is compressed', async () => {
    const claim = subject.claimOf({ leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    await subject.store.updateState(claim, 'PROGRESS', JSON.stringify('x'.repeat(500_000)), context);
    subject.pass(1001);
    const next = { ...claim, owner: 'next', leaseEndMs: subject.now() + 1000 };
    expect(await subject.store.claim(next)).toMatchObject({ kind: 'claimed', attempt: 2 });
  });

  test('grants the claim of a retry whose stored exception is compressed', async () => {
    const claim = subject.claimOf();
    const failure = { ...valueError, argsJson: JSON.stringify(['x'.repeat(500_000)]) };
    await subject.store.claim(claim);
    const retry = { state: 'RETRY', etaMs: subject.now(), failure, traceback: null } as const;
    await subject.store.retry(claim, retry, context, 1);
    expect((await subject.store.read(claim.id))?.exception?.args).toEqual(['x'.repeat(500_000)]);
    expect(await subject.store.claim({ ...claim, epoch: 1 })).toMatchObject({ kind: 'claimed' });
  });

  test('reads more results at once than fit into one answer of DynamoDB (16 MB)', async () => {
    const ids = Array.from({ length: 52 }, () => subject.newId());
    const text = noise(250_000);
    for (const id of ids) await subject.store.complete(subject.claimOf({ id }), resultOf(text), context);
    const results = await subject.store.readMany(ids);
    expect(ids.filter((id) => results.get(id)?.result !== text)).toEqual([]);
  });
}
