import { existsSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { encode } from '../message/encode.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { createPool, type Decide, type Pool, type PoolOptions, type RunLimits, type RunListener } from './pool.ts';

const failed: Outcome = {
  state: 'FAILURE',
  failure: failureOf('TimeLimitExceeded', [0.1], 'billiard.exceptions'),
};
const pools: Pool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** A pool on real threads, whose registry is the one of `fixtures/thread.ts`. */
function bench(concurrency = 2, more: Pick<PoolOptions, 'scaleUpDelayMs'> = {}) {
  const threadFile = new URL('./fixtures/thread.ts', import.meta.url);
  const pool = createPool({ threadFile, concurrency, maxHeapMb: 64, ...more });
  pools.push(pool);
  const lines: string[] = [];
  const states: string[] = [];
  const listener: RunListener = {
    onLog: (level, text) => lines.push(`${level}: ${text}`),
    async onState(state, metaJson) {
      if (state === 'REFUSED') throw new Error('not stored');
      states.push(`${state} ${metaJson}`);
    },
  };
  const runDeciding = (decide: Decide, task: string, ...args: unknown[]) => {
    const body = encode({ task, id: crypto.randomUUID(), args, kwargs: {} });
    const { ended, ...controls } = pool.run(body, listener, decide);
    return { ...controls, outcome: ended.then(({ outcome }) => outcome) };
  };
  const runWithin = (limits: RunLimits, task: string, ...args: unknown[]) => runDeciding(() => limits, task, ...args);
  const run = (task: string, ...args: unknown[]) => runWithin({}, task, ...args);
  return { pool, run, runWithin, runDeciding, lines, states };
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

  test('may post to the port that it finds there, which harms nobody', async () => {
    const { run } = bench();
    expect(await run('fixture.postsItself').outcome).toMatchObject({ state: 'SUCCESS' });
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

describe('threads', () => {
  test('are not started for short tasks, which share the one that is there, though many come at once', async () => {
    const { run } = bench(10, { scaleUpDelayMs: 60_000 }); // This machine may be busy for as long as a thread takes to start.
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => run('fixture.whichThread').outcome));
    expect(new Set(outcomes.map((outcome) => outcome.state === 'SUCCESS' && outcome.resultJson)).size).toBe(1);
  });

  test('are started where tasks take long, so that as many run at once as the pool is wide', async () => {
    const { run, lines } = bench(4);
    const runs = Array.from({ length: 6 }, () => run('fixture.waits'));
    await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(4);
    for (const { cancel } of runs) cancel();
    await Promise.all(runs.map(({ outcome }) => outcome));
  });

  test('are started where short tasks never cease to wait', async () => {
    const { run } = bench(2);
    const used = new Set<string>();
    const repeat = async (): Promise<void> => {
      const outcome = await run('fixture.whichThread').outcome;
      if (outcome.state === 'SUCCESS') used.add(outcome.resultJson);
      if (used.size < 2) await repeat();
    };
    await Promise.all(Array.from({ length: 4 }, repeat));
    expect(used.size).toBe(2);
  });

  test('that cannot start cost the runs that wait for them, and none of them waits for ever', async () => {
    const pool = createPool({ threadFile: new URL('./fixtures/nowhere.ts', import.meta.url), concurrency: 2 });
    const listener: RunListener = { onLog: () => undefined, onState: async () => undefined };
    const endings = await Promise.all(Array.from({ length: 3 }, () => pool.run('{}', listener).ended));
    for (const { outcome } of endings) {
      expect(outcome).toMatchObject({
        state: 'FAILURE',
        failure: { type: 'WorkerLostError', argsJson: expect.stringContaining('nowhere.ts') },
      });
    }
  });

  test('are gone when the pool is closed, and so is what waited for them', async () => {
    const { pool, run } = bench(1);
    const runs = [run('fixture.loops'), run('fixture.add', 1, 2)];
    await pool.close();
    for (const { outcome } of runs)
      expect(await outcome).toMatchObject({ state: 'FAILURE', failure: { type: 'WorkerLostError' } });
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

  test('that waited for a thread sees it as soon as it has one', async () => {
    const { run } = bench(1);
    const first = run('fixture.later', 'x', 20);
    const second = run('fixture.computes');
    second.cancel();
    expect(await second.outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
    expect(await first.outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
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

describe('a task’s own ways of ending', () => {
  test('are Ignore, Reject, Retry and a replacement', async () => {
    const { run } = bench();
    expect(await run('fixture.ignores').outcome).toEqual({ state: 'IGNORED' });
    expect(await run('fixture.rejects').outcome).toMatchObject({
      state: 'REJECTED',
      requeue: true,
      failure: { type: 'Reject', argsJson: '["no GPU", true]', traceback: null },
    });
    expect(await run('fixture.retries').outcome).toMatchObject({
      state: 'RETRY',
      etaMs: expect.any(Number),
      failure: { type: 'ValueError', argsJson: '["again"]' },
      traceback: expect.stringContaining("celery.exceptions.Retry: Retry in 1s: ValueError('again')"),
    });
    expect(await run('fixture.replaces').outcome).toEqual({ state: 'REPLACED', signatureJson: '{"task": "other"}' });
  });

  test('a retry by itself keeps the reason, and the last one fails with it', async () => {
    const { run } = bench();
    expect(await run('fixture.flaky').outcome).toMatchObject({ state: 'RETRY', failure: { type: 'TypeError' } });
    expect(await run('fixture.flakyOnce').outcome).toMatchObject({ state: 'FAILURE', failure: { type: 'TypeError' } });
  });
});

describe('a state of the task’s own', () => {
  test('is stored before the task goes on', async () => {
    const { run, states } = bench();
    expect(await run('fixture.progresses').outcome).toEqual({ state: 'SUCCESS', resultJson: 'null' });
    expect(states).toEqual(['PROGRESS {"current": 1}', 'PROGRESS {"current": 2}']);
  });

  test('that cannot be stored throws in the task', async () => {
    const { run } = bench();
    expect(await run('fixture.isRefused').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { argsJson: '["Error: not stored"]' },
    });
  });
});

describe('a terminated task', () => {
  test('ends in the middle of its computing, with the outcome that was given', async () => {
    const { run } = bench(1);
    const { outcome, terminate } = run('fixture.loops');
    terminate({ state: 'REVOKED', reason: 'terminated' });
    expect(await outcome).toEqual({ state: 'REVOKED', reason: 'terminated' });
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('that waited for a thread never gets one', async () => {
    const { run, lines } = bench(1);
    const first = run('fixture.later', 'x');
    const second = run('fixture.says', 'hello');
    second.terminate({ state: 'REVOKED', reason: 'terminated' });
    await Promise.all([first.outcome, second.outcome, run('fixture.add', 1, 2).outcome]);
    expect(lines).toEqual([]);
  });

  test('whose end has not been heard yet takes no other with it on its thread', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'girder-worker-'));
    const { run } = bench(1);
    await run('fixture.add', 1, 2).outcome;
    const file = join(folder.path, 'ended');
    const first = run('fixture.ends', file);
    const next = run('fixture.add', 3, 4);
    while (!existsSync(file)); // Nothing is heard meanwhile.
    first.terminate({ state: 'REVOKED', reason: 'terminated' });
    expect(await first.outcome).toEqual({ state: 'REVOKED', reason: 'terminated' });
    expect(await next.outcome).toEqual({ state: 'SUCCESS', resultJson: '7' });
  });

  test('that is in a native call keeps no place in the pool', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'girder-worker-'));
    const { pool, run, lines } = bench(1);
    const file = join(folder.path, 'end');
    const first = run('fixture.waitsForChild', file);
    await expect.poll(() => lines).toEqual(['info: waiting']);
    first.terminate({ state: 'REVOKED', reason: 'terminated' });
    try {
      expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
    } finally {
      writeFileSync(file, '');
      await pool.close();
    }
  });

  test('that had ended keeps its outcome', async () => {
    const { run } = bench();
    const { outcome, terminate } = run('fixture.add', 1, 2);
    await outcome;
    terminate({ state: 'REVOKED', reason: 'terminated' });
    expect(await outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });
});

describe('a time limit', () => {
  const hard = { ms: 100, outcome: failed };

  test('that is soft aborts the signal, and a task that ends by it fails with SoftTimeLimitExceeded', async () => {
    const { runWithin } = bench();
    expect(await runWithin({ softMs: 20 }, 'fixture.waits').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'SoftTimeLimitExceeded', module: 'billiard.exceptions' },
    });
  });

  test('that is soft leaves a task its result if it comes to one', async () => {
    const { runWithin } = bench();
    expect(await runWithin({ softMs: 20 }, 'fixture.stopsInTime').outcome).toEqual({
      state: 'SUCCESS',
      resultJson: '"in time"',
    });
  });

  test('that is hard ends a task that computes, and its thread is replaced', async () => {
    const { run, runWithin } = bench(1);
    expect(await runWithin({ hard }, 'fixture.loops').outcome).toEqual(failed);
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('that is hard settles a task in a native call, which cannot be interrupted, before that call ends', async () => {
    const { pool, runWithin } = bench(1);
    const order: string[] = [];
    const { outcome } = runWithin({ hard }, 'fixture.hashes');
    const settled = outcome.then(() => order.push('settled'));
    await expect.poll(() => order).toEqual(['settled']);
    await Promise.all([settled, pool.close().then(() => order.push('call ended'))]);
    expect(order).toEqual(['settled', 'call ended']);
    expect(await outcome).toEqual(failed);
  });

  test('does not hit the next task on the thread', async () => {
    const { run, runWithin } = bench(1);
    await runWithin({ softMs: 30, hard }, 'fixture.add', 1, 2).outcome;
    expect(await run('fixture.later', 'x', 200).outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
  });
});

test('a run that has waited too long for a thread is not begun, and the next one is', async () => {
  const { run, runDeciding, lines } = bench(1);
  const first = run('fixture.later', 'x', 30);
  const late = runDeciding(() => failed, 'fixture.says', 'too late');
  expect(await late.outcome).toEqual(failed);
  expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  await first.outcome;
  expect(lines).toEqual([]);
});

describe('an error that nobody catches', () => {
  test('is blamed on the task that runs', async () => {
    const { run } = bench(1);
    const lost = (text: string) => ({
      state: 'FAILURE',
      failure: { type: 'WorkerLostError', argsJson: expect.stringContaining(text) },
    });
    expect(await run('fixture.rejectsUnheard', 0).outcome).toMatchObject(lost('Error: nobody heard'));
    expect(await run('fixture.throwsInTimer').outcome).toMatchObject(lost('Error: thrown in a timer'));
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('and comes after its task has ended is not blamed on the next one', async () => {
    const { run } = bench(1);
    expect(await run('fixture.rejectsLater', 20).outcome).toEqual({ state: 'SUCCESS', resultJson: '"done"' });
    expect(await run('fixture.later', 'next', 80).outcome).toEqual({ state: 'SUCCESS', resultJson: '"next"' });
  });

  test('nor is what else it has left behind: an exit, a line of log, a state', async () => {
    const { run, lines, states } = bench(1);
    expect(await run('fixture.leavesBehind', 20).outcome).toEqual({ state: 'SUCCESS', resultJson: '"done"' });
    expect(await run('fixture.hearsRefusal').outcome).toEqual({
      state: 'SUCCESS',
      resultJson: '"Error: The task has ended."',
    });
    expect(lines).toEqual([]);
    expect(states).toEqual([]);
  });

  test('as a stack overflow does not cost the thread', async () => {
    const { run } = bench(1);
    expect(await run('fixture.recurses').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'RecursionError', module: 'builtins' },
    });
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('as memory that is used up costs its own task only', async () => {
    const { run } = bench(2);
    const other = run('fixture.later', 'x', 300);
    expect(await run('fixture.eatsMemory').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'WorkerLostError', argsJson: expect.stringMatching(/memory/) },
    });
    expect(await other.outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
  }, 60_000);
});

test('what a task prints is its log', async () => {
  const { run, lines } = bench();
  await run('fixture.prints').outcome;
  expect(lines).toEqual(['info: a number: 1', 'warn: careful', 'error: alas']);
});
