import type { System } from './system.ts';

/** How delays grow from one attempt to the next. */
export interface Backoff {
  readonly first: number;
  /** The longest delay. */
  readonly max: number;
}

/**
 * The delay before a further attempt, doubled each time: `first` after attempt 1, twice that after attempt 2, at most
 * `max`. In the unit of `first`.
 */
export function exponentialBackoff(attempt: number, { first, max }: Backoff): number {
  return Math.min(first * 2 ** (attempt - 1), max);
}

/** A random delay from half of this one to all of it, so that processes that wait for the same do not repeat in step. */
export function jittered(delay: number, { random }: Pick<System, 'random'>): number {
  return delay * (0.5 + random() / 2);
}
