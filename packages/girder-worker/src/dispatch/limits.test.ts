import { describe, expect, test } from 'vitest';
import type { Registry } from '../registry/registry.ts';
import type { TaskOptions } from '../task/options.ts';
import { limitsOf } from './limits.ts';
import type { TaskRun } from './stations.ts';

/** Limits of a task that begins so many seconds into an invocation of a minute. */
function limitsAfter(
  seconds: number,
  options: TaskOptions = {},
  sent: { hard?: number; soft?: number } = {},
  app = {},
  endMs = 60_000,
) {
  const registry: Registry = {
    settings: app,
    tasks: { 'lab.t': { plugin: 'p@1', options, parameters: { positional: [] }, load: () => undefined } },
  };
  const timelimit = { hardSeconds: sent.hard ?? null, softSeconds: sent.soft ?? null };
  const passenger = { message: { task: 'lab.t', timelimit }, window: { startMs: 0, endMs } };
  return limitsOf(passenger as TaskRun, registry, seconds * 1000);
}

const exceeded = (seconds: number) => ({
  state: 'FAILURE',
  failure: { type: 'TimeLimitExceeded', argsJson: `[${seconds}]` },
});
const comesBack = { state: 'RETURNED', why: expect.any(String) };

describe('a task with a time limit', () => {
  test('fails when it is over: the sender’s limit before the task’s, and that before the app’s', () => {
    expect(limitsAfter(0, { timeLimit: 20 })).toMatchObject({ hard: { ms: 20_000, outcome: exceeded(20) } });
    expect(limitsAfter(0, { timeLimit: 20 }, { hard: 10 })).toMatchObject({
      hard: { ms: 10_000, outcome: exceeded(10) },
    });
    expect(limitsAfter(0, {}, {}, { taskTimeLimit: 30 })).toMatchObject({ hard: { ms: 30_000 } });
    expect(limitsAfter(0, { softTimeLimit: 5, timeLimit: 20 })).toMatchObject({ softMs: 5000 });
    expect(limitsAfter(0, { softTimeLimit: 5 }, { soft: 3 }, { taskSoftTimeLimit: 9 })).toMatchObject({ softMs: 3000 });
  });

  test('of 0 has none of its own: as in Celery, the next one counts', () => {
    expect(limitsAfter(0, { timeLimit: 20, softTimeLimit: 9 }, { hard: 0, soft: 0 })).toMatchObject({
      softMs: 9000,
      hard: { ms: 20_000 },
    });
    expect(limitsAfter(0, { timeLimit: 0 }, { hard: 0 })).toEqual(limitsAfter(0));
  });

  test('has no soft one beyond it, which no timer might take', () => {
    expect(limitsAfter(0, { timeLimit: 20, softTimeLimit: 30 * 24 * 3600 })).not.toHaveProperty('softMs');
  });

  test('is not begun where the invocation has less than that left', () => {
    expect(limitsAfter(30, { timeLimit: 40 })).toEqual(comesBack);
    expect(limitsAfter(30, { timeLimit: 20 })).toMatchObject({ hard: { ms: 20_000 } });
  });

  test('that no invocation could grant is begun in a whole one, and fails at its end', () => {
    expect(limitsAfter(0, { timeLimit: 600 })).toMatchObject({ hard: { ms: 58_000, outcome: exceeded(60) } });
  });
});

describe('a task without a limit', () => {
  test('that had nearly a whole invocation fails at its end, with time left to store that', () => {
    expect(limitsAfter(5)).toMatchObject({ softMs: 51_000, hard: { ms: 53_000, outcome: exceeded(60) } });
  });

  test('that began late in the batch comes back to the queue', () => {
    expect(limitsAfter(40)).toMatchObject({ softMs: 16_000, hard: { ms: 18_000, outcome: comesBack } });
  });

  test('is not begun at all when nothing is left', () => {
    expect(limitsAfter(58)).toEqual(comesBack);
    expect(limitsAfter(70)).toEqual(comesBack);
  });
});

describe('where nobody stops the worker', () => {
  const endless = (options: TaskOptions) => limitsAfter(0, options, {}, {}, Number.POSITIVE_INFINITY);

  test('a task has its own limits alone', () => {
    expect(endless({})).toEqual({});
    expect(endless({ softTimeLimit: 36_000, timeLimit: 72_000 })).toMatchObject({
      softMs: 36_000_000,
      hard: { ms: 72_000_000, outcome: exceeded(72_000) },
    });
  });

  test('a limit beyond what a timer takes is none, as the timer would fire at once', () => {
    expect(endless({ softTimeLimit: 30 * 24 * 3600, timeLimit: 31 * 24 * 3600 })).toEqual({});
  });
});
