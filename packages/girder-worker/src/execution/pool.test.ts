import { afterAll, describe, expect, test } from 'vitest';
import { encode } from '../message/encode.ts';
import { createPool, type Pool } from './pool.ts';

const pools: Pool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** A pool on real threads, whose registry is the one of `fixtures/thread.ts`. */
function bench(concurrency = 2) {
  const pool = createPool({ threadFile: new URL('./fixtures/thread.ts', import.meta.url), concurrency });
  pools.push(pool);
  const lines: string[] = [];
  const run = (task: string, ...args: unknown[]) =>
    pool.run(encode({ task, id: crypto.randomUUID(), args, kwargs: {} }), (level, text) =>
      lines.push(`${level}: ${text}`),
    );
  return { run, lines };
}

describe('a task on a thread', () => {
  test('comes to SUCCESS with what it returned, awaited, as JSON', async () => {
    const { run } = bench();
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
    expect(await run('fixture.later', 'x').outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
    expect(await run('fixture.nothing').outcome).toEqual({ state: 'SUCCESS', resultJson: 'null' });
  });

  test('comes to FAILURE with what it threw', async () => {
    const { run } = bench();
    expect(await run('fixture.fails', 'boom').outcome).toMatchObject({
      state: 'FAILURE',
      failure: {
        type: 'ValueError',
        module: 'builtins',
        argsJson: '["boom"]',
        traceback: expect.stringContaining('ValueError: boom'),
      },
    });
  });

  test('whose thread ends comes to FAILURE, and so does no other', async () => {
    const { run } = bench(1);
    const runs = [run('fixture.exits', 3), run('fixture.add', 1, 2)];
    const [died, next] = await Promise.all(runs.map(({ outcome }) => outcome));
    expect(died).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'WorkerLostError', argsJson: expect.stringContaining('exit code 3') },
    });
    expect(next).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('logs lines that reach the one who asked for the run', async () => {
    const { run, lines } = bench();
    await run('fixture.says', 'hello').outcome;
    expect(lines).toEqual(['info: hello']);
  });

  test('has the thread for itself: no more tasks run at once than the pool is wide', async () => {
    const { run } = bench(2);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => run('fixture.overlap').outcome));
    expect(outcomes).toEqual(Array.from({ length: 6 }, () => ({ state: 'SUCCESS', resultJson: 'false' })));
  });
});

describe('a cancelled task', () => {
  test('that computes sees it, and what it returns is no result', async () => {
    const { run } = bench();
    const { outcome, cancel } = run('fixture.computes');
    cancel();
    expect(await outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
  });

  test('that waits is woken by its signal, also where the signal makes it throw', async () => {
    const { run, lines } = bench();
    const { outcome, cancel } = run('fixture.waits');
    await expect.poll(() => lines).toEqual(['info: waiting']);
    cancel();
    expect(await outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
  });

  test('that never looked keeps its SUCCESS', async () => {
    const { run } = bench();
    const { outcome, cancel } = run('fixture.add', 1, 2);
    cancel();
    expect(await outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('does not cancel the next one on its thread', async () => {
    const { run } = bench(1);
    const first = run('fixture.computes');
    first.cancel();
    await first.outcome;
    first.cancel();
    expect(await run('fixture.asksOnce').outcome).toEqual({ state: 'SUCCESS', resultJson: 'false' });
  });
});
