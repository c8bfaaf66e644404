import type { Outcome } from '../outcome/outcome.ts';
import type { RunResult } from './protocol.ts';

/**
 * How long a run may take, counted from the moment at which a thread takes it. `utilization` is the part of the time since then in which the
 * thread was busy, from 0 to 1: it computed, or waited for the CPU.
 */
export interface RunLimits {
  /** After this time the task is asked to stop. */
  readonly softMs?: number | undefined;
  /** The outcome of a task that stops then, by SoftTimeLimitExceeded. @default the failure */
  readonly softOutcome?: ((utilization: number) => Outcome | undefined) | undefined;
  /** After this time the task is terminated, with this outcome. */
  readonly hard?: { readonly ms: number; readonly outcome: (utilization: number) => Outcome } | undefined;
}

/**
 * Called when a thread is free for a run: returns how long the run may take, or, if it must not begin any more, the
 * outcome that it ends with.
 */
export type ResolveLimits = () => RunLimits | Outcome;

/** Replaces the failure of a task that has stopped at a soft time limit, if the limit has an outcome of its own. */
export function endedBySoftLimit(result: RunResult, limits: RunLimits | undefined, utilization: number): RunResult {
  const { outcome } = result;
  if (outcome.state !== 'FAILURE' || outcome.failure.type !== 'SoftTimeLimitExceeded') return result;
  const replacement = limits?.softOutcome?.(utilization);
  return replacement ? { ...result, outcome: replacement } : result;
}
