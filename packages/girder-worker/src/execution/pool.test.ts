import { existsSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { encode } from '../message/encode.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import {
  createPool,
  type LateError,
  type Pool,
  type PoolOptions,
  type ResolveLimits,
  type RunLimits,
  type RunListener,
  type UpdateStatePayload,
} from './pool.ts';

const failed: Outcome = {
  state: 'FAILURE',
  failure: failureOf('TimeLimitExceeded', [0.1], 'billiard.exceptions'),
};
const pools: Pool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** A pool of real threads with the registry of `fixtures/thread.ts`. */
function poolUnderTest(concurrency = 2, more: Partial<PoolOptions> = {}) {
  const threadFile = new URL('./fixtures/thread.ts', import.meta.url);
  const pool = createPool({ threadFile, concurrency, maxHeapMb: 64, ...more });
  pools.push(pool);
  const lines: string[] = [];
  const states: string[] = [];
  const listener: RunListener = {
    onLog: (level, text, data) => lines.push(`${level}: ${text}${data ? ` ${JSON.stringify(data)}` : ''}`),
    async onRequest({ name, payload }) {
      const { state, metaJson } = payload as UpdateStatePayload;
      if (state === 'REFUSED') throw new Error('not stored');
      if (name === 'updateState') states.push(`${state} ${metaJson}`);
    },
  };
  const runWithResolver = (resolveLimits: ResolveLimits, task: string, ...args: unknown[]) => {
    const body = encode({ task, id: crypto.randomUUID(), args, kwargs: {} });
    const { ended, ...controls } = pool.run(body, listener, resolveLimits);
    return { ...controls, outcome: ended.then(({ outcome }) => outcome) };
  };
  const runWithin = (limits: RunLimits, task: string, ...args: unknown[]) =>
    runWithResolver(() => limits, task, ...args);
  const run = (task: string, ...args: unknown[]) => runWithin({}, task, ...args);
  return { pool, run, runWithin, runWithResolver, lines, states };
}

describe('a task on a thread', () => {
  test('ends as SUCCESS with its awaited return value as JSON', async () => {
    const { run } = poolUnderTest();
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
    expect(await run('fixture.later', 'x').outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
    expect(await run('fixture.nothing').outcome).toEqual({ state: 'SUCCESS', resultJson: 'null' });
  });

  test('ends as FAILURE with the error that it threw', async () => {
    const { run } = poolUnderTest();
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

  test('whose thread exits ends as FAILURE, WorkerLostError, and no other task does', async () => {
    const { run } = poolUnderTest(1);
    const runs = [run('fixture.exits', 3), run('fixture.add', 1, 2)];
    const [died, next] = await Promise.all(runs.map(({ outcome }) => outcome));
    expect(died).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'WorkerLostError', argsJson: expect.stringContaining('exit code 3') },
    });
    expect(next).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('may post messages of its own to the parent port without an effect on the pool', async () => {
    const { run } = poolUnderTest();
    expect(await run('fixture.postsItself').outcome).toMatchObject({ state: 'SUCCESS' });
  });

  test('passes its log lines to the listener of its run', async () => {
    const { run, lines } = poolUnderTest();
    await run('fixture.says', 'hello').outcome;
    expect(lines).toEqual(['info: hello']);
  });

  test('has its thread to itself: no more tasks run at the same time than the concurrency allows', async () => {
    const { run } = poolUnderTest(2);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => run('fixture.overlap').outcome));
    expect(outcomes).toEqual(Array.from({ length: 6 }, () => ({ state: 'SUCCESS', resultJson: 'false' })));
  });
});

describe('threads', () => {
  test('are not started for many short tasks at once, which share the first thread', async () => {
    const { run } = poolUnderTest(10, { scaleUpDelayMs: 60_000 }); // This machine may be busy for as long as a thread takes to start.
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => run('fixture.whichThread').outcome));
    expect(new Set(outcomes.map((outcome) => outcome.state === 'SUCCESS' && outcome.resultJson)).size).toBe(1);
  });

  test('are started up to the concurrency when tasks take long', async () => {
    const { run, lines } = poolUnderTest(4);
    const runs = Array.from({ length: 6 }, () => run('fixture.waits'));
    await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(4);
    for (const { cancel } of runs) cancel();
    await Promise.all(runs.map(({ outcome }) => outcome));
  });

  test('are started when short tasks wait without a break', async () => {
    const { run } = poolUnderTest(2);
    const used = new Set<string>();
    const repeat = async (): Promise<void> => {
      const outcome = await run('fixture.whichThread').outcome;
      if (outcome.state === 'SUCCESS') used.add(outcome.resultJson);
      if (used.size < 2) await repeat();
    };
    await Promise.all(Array.from({ length: 4 }, repeat));
    expect(used.size).toBe(2);
  });

  test('that cannot start fail the runs that wait for them, all of which end', async () => {
    const pool = createPool({ threadFile: new URL('./fixtures/nowhere.ts', import.meta.url), concurrency: 2 });
    const listener: RunListener = { onLog: () => undefined, onRequest: async () => undefined };
    const endings = await Promise.all(Array.from({ length: 3 }, () => pool.run('{}', listener).ended));
    for (const { outcome } of endings) {
      expect(outcome).toMatchObject({
        state: 'FAILURE',
        failure: { type: 'WorkerLostError', argsJson: expect.stringContaining('nowhere.ts') },
      });
    }
  });

  test('exit when the pool is closed, and the runs that waited for them fail', async () => {
    const { pool, run } = poolUnderTest(1);
    const runs = [run('fixture.loops'), run('fixture.add', 1, 2)];
    await pool.close();
    for (const { outcome } of runs)
      expect(await outcome).toMatchObject({ state: 'FAILURE', failure: { type: 'WorkerLostError' } });
  });
});

describe('a cancelled task', () => {
  test('that computes sees it, and its return value is not stored as a result', async () => {
    const { run } = poolUnderTest();
    const { outcome, cancel } = run('fixture.computes');
    cancel();
    expect(await outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
  });

  test('that waits is woken by its signal, even if the signal makes it throw', async () => {
    const { run, lines } = poolUnderTest();
    const { outcome, cancel } = run('fixture.waits');
    await expect.poll(() => lines).toEqual(['info: waiting']);
    cancel();
    expect(await outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
  });

  test('that waits for a thread sees it as soon as it has one', async () => {
    const { run } = poolUnderTest(1);
    const first = run('fixture.later', 'x', 20);
    const second = run('fixture.computes');
    second.cancel();
    expect(await second.outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
    expect(await first.outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
  });

  test('that never reads the flag keeps its SUCCESS', async () => {
    const { run } = poolUnderTest();
    const { outcome, cancel } = run('fixture.add', 1, 2);
    cancel();
    expect(await outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('does not cancel the next task on its thread', async () => {
    const { run } = poolUnderTest(1);
    const first = run('fixture.computes');
    first.cancel();
    await first.outcome;
    first.cancel();
    expect(await run('fixture.asksOnce').outcome).toEqual({ state: 'SUCCESS', resultJson: 'false' });
  });
});

describe('a task that ends in a way of its own', () => {
  test('may end by Ignore, Reject, Retry or a replacement', async () => {
    const { run } = poolUnderTest();
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

  test('keeps the error that caused an automatic retry, and fails with it when no retry is left', async () => {
    const { run } = poolUnderTest();
    expect(await run('fixture.flaky').outcome).toMatchObject({ state: 'RETRY', failure: { type: 'TypeError' } });
    expect(await run('fixture.flakyOnce').outcome).toMatchObject({ state: 'FAILURE', failure: { type: 'TypeError' } });
  });
});

describe('a state that a task stores', () => {
  test('is stored before the task continues', async () => {
    const { run, states } = poolUnderTest();
    expect(await run('fixture.progresses').outcome).toEqual({ state: 'SUCCESS', resultJson: 'null' });
    expect(states).toEqual(['PROGRESS {"current": 1}', 'PROGRESS {"current": 2}']);
  });

  test('throws in the task if it cannot be stored', async () => {
    const { run } = poolUnderTest();
    expect(await run('fixture.isRefused').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { argsJson: '["Error: not stored"]' },
    });
  });
});

describe('a thread that cannot start', () => {
  /** Threads of which only the first can start. */
  const startsOnce = (file: string): Partial<PoolOptions> => {
    process.env.STARTS_ONCE_FILE = file;
    return { threadFile: new URL('./fixtures/startsOnce.ts', import.meta.url), scaleUpDelayMs: 5 };
  };

  test('fails no task while others live: they run the tasks that wait', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'girder-worker-'));
    const { run } = poolUnderTest(3, startsOnce(join(folder.path, 'started')));
    const runs = ['a', 'b', 'c'].map((text) => run('fixture.later', text, 300));
    const outcomes = await Promise.all(runs.map(({ outcome }) => outcome));
    expect(outcomes.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  });

  test('fails the tasks that wait if there is no other thread', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'girder-worker-'));
    const file = join(folder.path, 'started');
    writeFileSync(file, '');
    const { run } = poolUnderTest(3, startsOnce(file));
    const outcomes = await Promise.all(
      [run('fixture.add', 1, 2), run('fixture.add', 1, 2)].map(({ outcome }) => outcome),
    );
    expect(outcomes).toMatchObject([{ state: 'FAILURE' }, { state: 'FAILURE', failure: { type: 'WorkerLostError' } }]);
  });
});

describe('a terminated task', () => {
  test('ends while it computes, with the given outcome', async () => {
    const { run } = poolUnderTest(1);
    const { outcome, terminate } = run('fixture.loops');
    terminate({ state: 'REVOKED', reason: 'terminated' });
    expect(await outcome).toEqual({ state: 'REVOKED', reason: 'terminated' });
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('that waits for a thread never gets one', async () => {
    const { run, lines } = poolUnderTest(1);
    const first = run('fixture.later', 'x');
    const second = run('fixture.says', 'hello');
    second.terminate({ state: 'REVOKED', reason: 'terminated' });
    await Promise.all([first.outcome, second.outcome, run('fixture.add', 1, 2).outcome]);
    expect(lines).toEqual([]);
  });

  test('whose end the pool has not received yet does not end the next task of its thread', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'girder-worker-'));
    const { run } = poolUnderTest(1);
    await run('fixture.add', 1, 2).outcome;
    const file = join(folder.path, 'ended');
    const first = run('fixture.ends', file);
    const next = run('fixture.add', 3, 4);
    while (!existsSync(file)); // The main thread receives no message meanwhile.
    first.terminate({ state: 'REVOKED', reason: 'terminated' });
    expect(await first.outcome).toEqual({ state: 'REVOKED', reason: 'terminated' });
    expect(await next.outcome).toEqual({ state: 'SUCCESS', resultJson: '7' });
  });

  test('that is in a native call does not count towards the concurrency', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'girder-worker-'));
    const { pool, run, lines } = poolUnderTest(1);
    const file = join(folder.path, 'end');
    const first = run('fixture.waitsForChild', file);
    try {
      await expect.poll(() => lines).toEqual(['info: waiting']);
      first.terminate({ state: 'REVOKED', reason: 'terminated' });
      expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
    } finally {
      writeFileSync(file, '');
      await pool.close();
    }
  });

  test('that has ended keeps its outcome', async () => {
    const { run } = poolUnderTest();
    const { outcome, terminate } = run('fixture.add', 1, 2);
    await outcome;
    terminate({ state: 'REVOKED', reason: 'terminated' });
    expect(await outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });
});

describe('a time limit', () => {
  const hard = { ms: 100, outcome: () => failed };

  test('that is soft aborts the signal, and a task that throws because of it fails with SoftTimeLimitExceeded', async () => {
    const { runWithin } = poolUnderTest();
    expect(await runWithin({ softMs: 20 }, 'fixture.waits').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'SoftTimeLimitExceeded', module: 'billiard.exceptions' },
    });
  });

  test('that is soft does not discard the result of a task that still returns one', async () => {
    const { runWithin } = poolUnderTest();
    expect(await runWithin({ softMs: 20 }, 'fixture.stopsInTime').outcome).toEqual({
      state: 'SUCCESS',
      resultJson: '"in time"',
    });
  });

  test('that is soft may have an outcome of its own for a task that stops at it', async () => {
    const { runWithin } = poolUnderTest();
    const returned: Outcome = { state: 'RETURNED', why: 'the invocation ends' };
    expect(await runWithin({ softMs: 20, softOutcome: () => returned }, 'fixture.waits').outcome).toEqual(returned);
    expect(await runWithin({ softMs: 20, softOutcome: () => undefined }, 'fixture.waits').outcome).toMatchObject({
      failure: { type: 'SoftTimeLimitExceeded' },
    });
    expect(await runWithin({ softMs: 20, softOutcome: () => returned }, 'fixture.stopsInTime').outcome).toMatchObject({
      state: 'SUCCESS',
    });
  });

  test('that is hard terminates a task that computes, and its thread is replaced', async () => {
    const { run, runWithin } = poolUnderTest(1);
    expect(await runWithin({ hard }, 'fixture.loops').outcome).toEqual(failed);
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('that is hard ends a task in a native call, which cannot be interrupted, before that call returns', async () => {
    const { pool, runWithin } = poolUnderTest(1);
    const order: string[] = [];
    const { outcome } = runWithin({ hard }, 'fixture.hashes');
    const settled = outcome.then(() => order.push('settled'));
    await expect.poll(() => order).toEqual(['settled']);
    await Promise.all([settled, pool.close().then(() => order.push('call ended'))]);
    expect(order).toEqual(['settled', 'call ended']);
    expect(await outcome).toEqual(failed);
  });

  test('does not apply to the next task on the thread', async () => {
    const { run, runWithin } = poolUnderTest(1);
    await runWithin({ softMs: 30, hard }, 'fixture.add', 1, 2).outcome;
    expect(await run('fixture.later', 'x', 200).outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
  });
});

test('a run whose limits say that it must not begin any more does not run, and the next one does', async () => {
  const { run, runWithResolver, lines } = poolUnderTest(1);
  const first = run('fixture.later', 'x', 30);
  const late = runWithResolver(() => failed, 'fixture.says', 'too late');
  expect(await late.outcome).toEqual(failed);
  expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  await first.outcome;
  expect(lines).toEqual([]);
});

describe('an uncaught error', () => {
  test('ends the task that is running, whose failure has the traceback of the error', async () => {
    const { run } = poolUnderTest(1);
    const lost = (text: string) => ({
      state: 'FAILURE',
      failure: {
        type: 'WorkerLostError',
        argsJson: expect.stringContaining(text),
        traceback: expect.stringMatching(new RegExp(`^  File ".*fixtures/thread.ts", line \\d+, in .*\n${text}$`, 'm')),
      },
    });
    expect(await run('fixture.rejectsUnobserved', 0).outcome).toMatchObject(lost('Error: unobserved'));
    expect(await run('fixture.throwsInTimer').outcome).toMatchObject(lost('Error: thrown in a timer'));
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('of a task that has ended does not end the next task, and is reported with the task and the traceback', async () => {
    const lateErrors: LateError[] = [];
    const { run } = poolUnderTest(1, { onLateError: (error) => void lateErrors.push(error) });
    expect(await run('fixture.rejectsLater', 20).outcome).toEqual({ state: 'SUCCESS', resultJson: '"done"' });
    expect(await run('fixture.later', 'next', 80).outcome).toEqual({ state: 'SUCCESS', resultJson: '"next"' });
    expect(lateErrors).toEqual([
      {
        ...{ task: 'fixture.rejectsLater', id: expect.any(String), reason: 'Error: too late' },
        traceback: expect.stringMatching(/File ".*thread\.ts", line \d+, in .*\nError: too late\n$/),
      },
    ]);
  });

  test('of a task that has ended: its late exit, log line and state do not reach the next task either', async () => {
    const { run, lines, states } = poolUnderTest(1);
    expect(await run('fixture.leavesBehind', 20).outcome).toEqual({ state: 'SUCCESS', resultJson: '"done"' });
    expect(await run('fixture.readsRejection').outcome).toEqual({
      state: 'SUCCESS',
      resultJson: '"Error: The task has ended."',
    });
    expect(lines).toEqual([]);
    expect(states).toEqual([]);
  });

  test('such as a stack overflow does not end the thread', async () => {
    const { run } = poolUnderTest(1);
    expect(await run('fixture.recurses').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'RecursionError', module: 'builtins' },
    });
    expect(await run('fixture.add', 1, 2).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
  });

  test('such as exhausted memory ends its own task only', async () => {
    const { run } = poolUnderTest(2);
    const other = run('fixture.later', 'x', 300);
    expect(await run('fixture.eatsMemory').outcome).toMatchObject({
      state: 'FAILURE',
      failure: { type: 'WorkerLostError', argsJson: expect.stringMatching(/memory/) },
    });
    expect(await other.outcome).toEqual({ state: 'SUCCESS', resultJson: '"x"' });
  }, 60_000);
});

test('console output of a task is its log', async () => {
  const { run, lines } = poolUnderTest();
  await run('fixture.prints').outcome;
  expect(lines).toEqual(['info: a number: 1', 'warn: careful', 'error: alas']);
});

test('the fields that a task gives with a log line are plain data, whatever they contain', async () => {
  const { run, lines } = poolUnderTest();
  expect(await run('fixture.logsFields').outcome).toEqual({ state: 'SUCCESS', resultJson: 'null' });
  expect(lines).toEqual([
    'warn: resized {"width":3,"size":"12","at":"1970-01-01T00:00:00.000Z"}',
    'error: failed {"self":"[Circular]","bad":"[Threw Error: no]","callback":"[Function done]"}',
    'info: no fields',
  ]);
});
