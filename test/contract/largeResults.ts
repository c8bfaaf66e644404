import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { context, type StoreUnderTest, valueError } from './storeUnderTest.ts';

/** Results beyond the 400 KB that DynamoDB keeps in an item. */
export function describeLargeResults(bench: StoreUnderTest): void {
  /** A text, a third longer, that no compression makes smaller than so many bytes. */
  const noise = (bytes: number) => randomBytes(bytes).toString('base64');
  const resultOf = (text: string) => ({ state: 'SUCCESS', resultJson: JSON.stringify(text) }) as const;

  test('keeps a large result that can be compressed', async () => {
    const claim = bench.claimOf();
    const outcome = resultOf('x'.repeat(2_000_000));
    await bench.store.claim(claim);
    expect(await bench.store.complete(claim, outcome, context)).toEqual({ kind: 'stored', outcome });
    expect((await bench.store.read(claim.id))?.result).toBe('x'.repeat(2_000_000));
    expect(await bench.store.claim(claim)).toEqual({ kind: 'final', state: 'SUCCESS' });
  });

  test('keeps a result of nearly 400 KB as it is', async () => {
    const claim = bench.claimOf();
    const text = 'x'.repeat(406_000);
    await bench.store.claim(claim);
    await bench.store.complete(claim, resultOf(text), context);
    expect((await bench.store.read(claim.id))?.result).toBe(text);
  });

  test('makes a failure with the sizes of a result that does not fit, and says so to the caller', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    const answer = await bench.store.complete(claim, resultOf(noise(600_000)), { ...context, group: 'g' });
    expect(answer).toMatchObject({
      kind: 'stored',
      outcome: { state: 'FAILURE', failure: { type: 'BackendStoreError', module: 'celery.exceptions' } },
    });
    expect(await bench.store.read(claim.id)).toMatchObject({
      state: 'FAILURE',
      group: 'g',
      exception: {
        args: [expect.stringMatching(/^The result has \d{6} bytes, compressed \d{6}, and DynamoDB keeps 406528/)],
      },
    });
    expect(await bench.store.claim(claim)).toEqual({ kind: 'final', state: 'FAILURE' });
  });

  test('keeps that a task has failed where the exception does not fit', async () => {
    const claim = bench.claimOf();
    const failure = { ...valueError, argsJson: JSON.stringify([noise(600_000)]) };
    await bench.store.claim(claim);
    const stored = await bench.store.complete(claim, { state: 'FAILURE', failure }, context);
    expect(stored).toMatchObject({ kind: 'stored', outcome: { failure: { type: 'BackendStoreError' } } });
    expect((await bench.store.read(claim.id))?.exception?.args[0]).toMatch(/^The exception has \d{6} bytes/);
  });

  test('leaves the message out of an extended result where it does not fit with it, but never the result', async () => {
    const claim = bench.claimOf();
    const request = { name: 't', kwargsJson: '{}', worker: 'w', retries: 0, queue: null };
    const large = { ...context, extended: { ...request, argsJson: JSON.stringify([noise(600_000)]) } };
    expect(await bench.store.claim({ ...claim, context: large })).toMatchObject({ kind: 'claimed' });
    expect(await bench.store.complete(claim, resultOf('small'), large)).toMatchObject({
      outcome: { state: 'SUCCESS' },
    });
    expect(await bench.store.read(claim.id)).toMatchObject({ result: 'small', request: null });
  });

  test('stores a retry without its reason where that does not fit', async () => {
    const claim = bench.claimOf();
    const failure = { ...valueError, argsJson: JSON.stringify([noise(600_000)]) };
    await bench.store.claim(claim);
    const retry = { state: 'RETRY', etaMs: bench.now(), failure, traceback: null } as const;
    expect(await bench.store.retry(claim, retry, context, 1)).toEqual({ kind: 'stored' });
    expect(await bench.store.read(claim.id)).toMatchObject({ state: 'RETRY', exception: null });
  });

  test('rejects a state of the task that does not fit, and goes on', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await expect(bench.store.updateState(claim, 'P', JSON.stringify(noise(600_000)), context)).rejects.toThrow(
      /^The state has \d{6} bytes.*DynamoDB keeps 406528/,
    );
    expect(await bench.store.updateState(claim, 'P', '1', context)).toEqual({ kind: 'stored' });
  });

  test('lets a task run on whose state was too large to be stored uncompressed', async () => {
    const claim = bench.claimOf({ leaseEndMs: bench.now() + 1000 });
    await bench.store.claim(claim);
    await bench.store.updateState(claim, 'PROGRESS', JSON.stringify('x'.repeat(500_000)), context);
    bench.pass(1001);
    const next = { ...claim, owner: 'next', leaseEndMs: bench.now() + 1000 };
    expect(await bench.store.claim(next)).toMatchObject({ kind: 'claimed', attempt: 2 });
  });

  test('lets a retry run whose reason was too large to be stored uncompressed', async () => {
    const claim = bench.claimOf();
    const failure = { ...valueError, argsJson: JSON.stringify(['x'.repeat(500_000)]) };
    await bench.store.claim(claim);
    const retry = { state: 'RETRY', etaMs: bench.now(), failure, traceback: null } as const;
    await bench.store.retry(claim, retry, context, 1);
    expect((await bench.store.read(claim.id))?.exception?.args).toEqual(['x'.repeat(500_000)]);
    expect(await bench.store.claim({ ...claim, epoch: 1 })).toMatchObject({ kind: 'claimed' });
  });

  test('reads more results at once than fit into one answer of DynamoDB', async () => {
    const ids = Array.from({ length: 52 }, () => bench.newId());
    const text = noise(250_000);
    for (const id of ids) await bench.store.complete(bench.claimOf({ id }), resultOf(text), context);
    const results = await bench.store.readMany(ids);
    expect(ids.filter((id) => results.get(id)?.result !== text)).toEqual([]);
  });
}
