import { describe, expect, test } from 'vitest';
import type { RegistryEntry } from '../registry/registry.ts';
import type { TaskOptions } from '../task/options.ts';
import { runLimits } from './limits.ts';
import { resolveRunOptions } from './taskOptions.ts';

/** Limits of a task that begins so many seconds into an invocation of a minute. */
function limitsAfter(
  seconds: number,
  options: TaskOptions = {},
  sent: { hard?: number; soft?: number } = {},
  app = {},
  endMs = 60_000,
  isShared = false,
) {
  const entry: RegistryEntry = { plugin: 'p@1', options, parameters: { positional: [] }, load: () => undefined };
  const timelimit = { hardSeconds: sent.hard ?? null, softSeconds: sent.soft ?? null };
  const own = resolveRunOptions({ ignoreResult: null, timelimit }, entry, { settings: app });
  return atTheirEnd(runLimits(own, { startMs: 0, endMs }, seconds * 1000, () => isShared));
}

/** The limits with the outcomes that they have at the end of the run. */
function atTheirEnd(limits: ReturnType<typeof runLimits>) {
  if ('state' in limits) return limits;
  const { hard, softOutcome, ...others } = limits;
  return {
    ...others,
    ...(softOutcome && { softOutcome: softOutcome(1) }),
    ...(hard && { hard: { ms: hard.ms, outcome: hard.outcome(1) } }),
  };
}

const exceeded = (seconds: number) => ({
  state: 'FAILURE',
  failure: { type: 'TimeLimitExceeded', argsJson: `[${seconds}]` },
});
const comesBack = { state: 'RETURNED', why: expect.any(String) };

describe('a task with a time limit', () => {
  test('fails at that limit: the sender’s limit wins over the task’s, and the task’s over the app’s', () => {
    expect(limitsAfter(0, { timeLimit: 20 })).toMatchObject({ hard: { ms: 20_000, outcome: exceeded(20) } });
    expect(limitsAfter(0, { timeLimit: 20 }, { hard: 10 })).toMatchObject({
      hard: { ms: 10_000, outcome: exceeded(10) },
    });
    expect(limitsAfter(0, {}, {}, { taskTimeLimit: 30 })).toMatchObject({ hard: { ms: 30_000 } });
    expect(limitsAfter(0, { softTimeLimit: 5, timeLimit: 20 })).toMatchObject({ softMs: 5000 });
    expect(limitsAfter(0, { softTimeLimit: 5 }, { soft: 3 }, { taskSoftTimeLimit: 9 })).toMatchObject({ softMs: 3000 });
  });

  test('of 0 has no limit of its own: as in Celery, the next limit applies', () => {
    expect(limitsAfter(0, { timeLimit: 20, softTimeLimit: 9 }, { hard: 0, soft: 0 })).toMatchObject({
      softMs: 9000,
      hard: { ms: 20_000 },
    });
    expect(limitsAfter(0, { timeLimit: 0 }, { hard: 0 })).toEqual(limitsAfter(0));
  });

  test('has no soft limit that is longer than the hard one', () => {
    expect(limitsAfter(0, { timeLimit: 20, softTimeLimit: 30 * 24 * 3600 })).not.toHaveProperty('softMs');
  });

  test('is not begun if the invocation has less time left than its limit', () => {
    expect(limitsAfter(30, { timeLimit: 40 })).toEqual(comesBack);
    expect(limitsAfter(30, { timeLimit: 20 })).toMatchObject({ hard: { ms: 20_000 } });
  });

  test('that is longer than an invocation begins in a fresh invocation, and fails at the end of it', () => {
    expect(limitsAfter(0, { timeLimit: 600 })).toMatchObject({ hard: { ms: 58_000, outcome: exceeded(60) } });
  });
});

describe('a task without a limit', () => {
  test('that had nearly a whole invocation fails at its end, early enough to store the failure', () => {
    expect(limitsAfter(5)).toMatchObject({ softMs: 51_000, hard: { ms: 53_000, outcome: exceeded(60) } });
  });

  test('that began late in an invocation returns to the queue at its end', () => {
    expect(limitsAfter(40)).toMatchObject({ softMs: 16_000, hard: { ms: 18_000, outcome: comesBack } });
  });

  test('that stops at the end of an invocation, as it is asked to, returns to the queue if it began late, and fails otherwise', () => {
    expect(limitsAfter(40)).toMatchObject({ softOutcome: comesBack });
    expect(limitsAfter(5)).toMatchObject({ softOutcome: undefined });
    expect(limitsAfter(40, { softTimeLimit: 5 })).not.toHaveProperty('softOutcome');
  });

  test('that computed beside others returns to the queue, to run apart from them', () => {
    const returned = { state: 'RETURNED', isAttempt: true };
    expect(limitsAfter(0, {}, {}, {}, 60_000, true)).toMatchObject({
      softOutcome: returned,
      hard: { outcome: returned },
    });
  });

  test('is not begun when the invocation has no time left', () => {
    expect(limitsAfter(58)).toEqual(comesBack);
    expect(limitsAfter(70)).toEqual(comesBack);
  });
});

describe('in a worker without a deadline', () => {
  const endless = (options: TaskOptions) => limitsAfter(0, options, {}, {}, Number.POSITIVE_INFINITY);

  test('a task has only its own limits', () => {
    expect(endless({})).toEqual({});
    expect(endless({ softTimeLimit: 36_000, timeLimit: 72_000 })).toMatchObject({
      softMs: 36_000_000,
      hard: { ms: 72_000_000, outcome: exceeded(72_000) },
    });
  });

  test('a limit longer than a timer of Node can take is ignored', () => {
    expect(endless({ softTimeLimit: 30 * 24 * 3600, timeLimit: 31 * 24 * 3600 })).toEqual({});
  });
});
