import type { RunLimits } from '../execution/pool.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import type { InvocationWindow, TaskRun } from './stations.ts';

/** Kept of an invocation's time for storing what its tasks came to, as a part of it, and at most so long. */
const reserve = { part: 0.1, mostMs: 2000 };

/** Between asking a task to stop and ending it, where the invocation's end is what stops it. */
const grace = { part: 0.1, mostMs: 2000 };

/** A task that began in the first fifth of an invocation had nearly all the time that it can ever get. */
const freshPart = 0.2;

/** The longest that a timer takes, 24 days: one for longer would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

type Returned = Extract<Outcome, { state: 'RETURNED' }>;

/**
 * How long a task may take: its own limits, as far as the invocation has the time. One that began too late in it comes
 * back to the queue, to get a whole one; one that had a whole one, and was not done, fails.
 */
export function limitsOf(passenger: TaskRun, registry: Registry, nowMs: number): RunLimits | Returned {
  const { window } = passenger;
  const { hardMs, softMs } = ownLimits(passenger, registry);
  if (window.endMs === Number.POSITIVE_INFINITY) return endlessLimits(hardMs, softMs);
  const lengthMs = window.endMs - window.startMs;
  const leftMs = usableEndOf(window) - nowMs;
  const isFresh = nowMs - window.startMs <= lengthMs * freshPart;
  if (leftMs <= 0) return returned('The invocation had no time left to run it.');
  if (hardMs !== undefined && hardMs <= leftMs) {
    const isInTime = softMs !== undefined && softMs < hardMs;
    return { ...(isInTime && { softMs }), hard: { ms: hardMs, outcome: exceeded(hardMs) } };
  }
  if (hardMs !== undefined && !isFresh)
    return returned(`Its time limit of ${hardMs / 1000} s exceeds what the invocation had left.`);

  const stopMs = leftMs - Math.min(lengthMs * grace.part, grace.mostMs);
  return {
    softMs: Math.min(softMs ?? stopMs, stopMs),
    hard: {
      ms: leftMs,
      outcome: isFresh
        ? exceeded(Math.round(lengthMs / 1000) * 1000)
        : returned('The invocation ended before it was done.'),
    },
  };
}

/** Calls back when a window has no time left in which a task could run; gives the function that calls it off. */
export function atEndOf(window: InvocationWindow, nowMs: number, callback: () => void): () => void {
  const leftMs = usableEndOf(window) - nowMs;
  if (leftMs === Number.POSITIVE_INFINITY) return () => undefined;
  const timer = setTimeout(callback, leftMs);
  return () => clearTimeout(timer);
}

/** When outcomes have to be stored; that of a window without an end never comes. */
function usableEndOf({ startMs, endMs }: InvocationWindow): number {
  return endMs - Math.min((endMs - startMs) * reserve.part, reserve.mostMs);
}

/** Of a task whose worker nobody stops: its own alone. */
function endlessLimits(hardMs: number | undefined, softMs: number | undefined): RunLimits {
  const fits = (ms: number | undefined): ms is number => ms !== undefined && ms <= longestTimerMs;
  return {
    ...(fits(softMs) && { softMs }),
    ...(fits(hardMs) && { hard: { ms: hardMs, outcome: exceeded(hardMs) } }),
  };
}

/** The sender's wish, else the task's, else the app's; 0 is none, as to Celery. */
function ownLimits(
  { message }: TaskRun,
  { tasks, settings }: Registry,
): { hardMs: number | undefined; softMs: number | undefined } {
  const { timeLimit, softTimeLimit } = lookUp({ tasks, settings }, message.task)?.options ?? {};
  const hard = message.timelimit.hardSeconds || timeLimit || settings.taskTimeLimit || undefined;
  const soft = message.timelimit.softSeconds || softTimeLimit || settings.taskSoftTimeLimit || undefined;
  return { hardMs: hard && hard * 1000, softMs: soft && soft * 1000 };
}

function exceeded(ms: number): Outcome {
  return { state: 'FAILURE', failure: failureOf('TimeLimitExceeded', [ms / 1000], 'billiard.exceptions') };
}

function returned(why: string): Returned {
  return { state: 'RETURNED', why };
}
