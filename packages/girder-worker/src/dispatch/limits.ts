import type { RunLimits } from '../execution/pool.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { maxTimerMs, type System } from '../system/system.ts';
import type { InvocationWindow } from './deps.ts';
import type { RunOptions } from './taskOptions.ts';

/** The end of an invocation that is reserved for storing outcomes: a fraction of it, at most `maxMs`. */
const reserve = { fraction: 0.1, maxMs: 2000 };

/** The time between asking a task to stop and terminating it, when the invocation ends: a fraction of it, at most `maxMs`. */
const grace = { fraction: 0.1, maxMs: 2000 };

/** A task that begins in the first fifth of an invocation has nearly all the time that it can ever get. */
const freshFraction = 0.2;

type Returned = Extract<Outcome, { state: 'RETURNED' }>;

/**
 * How long a run may take that begins now: its own limits, as far as the invocation has the time. A task that begins late
 * in an invocation and is not done at its end returns to the queue, to get a whole invocation, and so does one that computed
 * beside others (`wasShared`, asked at the end); a task that had a whole invocation fails with TimeLimitExceeded.
 */
export function runLimits(
  { hardMs, softMs }: Pick<RunOptions, 'hardMs' | 'softMs'>,
  window: InvocationWindow,
  nowMs: number,
  wasShared: (utilization: number) => boolean = () => false,
): RunLimits | Returned {
  if (window.endMs === Number.POSITIVE_INFINITY) return limitsWithoutDeadline(hardMs, softMs);
  const lengthMs = window.endMs - window.startMs;
  const leftMs = usableEndMs(window) - nowMs;
  const isFresh = nowMs - window.startMs <= lengthMs * freshFraction;
  if (leftMs <= 0) return returned('The invocation had no time left to run it.');
  if (hardMs !== undefined && hardMs <= leftMs) {
    const isSoftFirst = softMs !== undefined && softMs < hardMs;
    return { ...(isSoftFirst && { softMs }), hard: { ms: hardMs, outcome: () => timeLimitExceeded(hardMs) } };
  }
  if (hardMs !== undefined && !isFresh)
    return returned(`Its time limit of ${hardMs / 1000} s exceeds the time that the invocation had left.`);

  const stopMs = leftMs - Math.min(lengthMs * grace.fraction, grace.maxMs);
  const tooLittleTime = (utilization: number): Returned | undefined => {
    if (!isFresh) return returned('The invocation ended before the task was done.');
    return wasShared(utilization)
      ? { ...returned('It computed beside other tasks, and had too little time.'), isAttempt: true }
      : undefined;
  };
  return {
    ...(softMs !== undefined && softMs <= stopMs ? { softMs } : { softMs: stopMs, softOutcome: tooLittleTime }),
    hard: {
      ms: leftMs,
      outcome: (utilization) => tooLittleTime(utilization) ?? timeLimitExceeded(Math.round(lengthMs / 1000) * 1000),
    },
  };
}

/** Calls `callback` when the window has no time left to run a task. Returns the function that cancels the call. */
export function atEndOf(window: InvocationWindow, system: System, callback: () => void): () => void {
  const leftMs = usableEndMs(window) - system.now();
  return leftMs === Number.POSITIVE_INFINITY ? () => undefined : system.startTimer(callback, leftMs);
}

/** When outcomes must be stored; Infinity for a window without an end. */
function usableEndMs({ startMs, endMs }: InvocationWindow): number {
  return endMs - Math.min((endMs - startMs) * reserve.fraction, reserve.maxMs);
}

/** The task's own limits alone. A limit beyond what a timer takes is no limit: the timer would fire at once. */
function limitsWithoutDeadline(hardMs: number | undefined, softMs: number | undefined): RunLimits {
  const fits = (ms: number | undefined): ms is number => ms !== undefined && ms <= maxTimerMs;
  return {
    ...(fits(softMs) && { softMs }),
    ...(fits(hardMs) && { hard: { ms: hardMs, outcome: () => timeLimitExceeded(hardMs) } }),
  };
}

function timeLimitExceeded(ms: number): Outcome {
  return { state: 'FAILURE', failure: failureOf('TimeLimitExceeded', [ms / 1000], 'billiard.exceptions') };
}

function returned(why: string): Returned {
  return { state: 'RETURNED', why };
}
