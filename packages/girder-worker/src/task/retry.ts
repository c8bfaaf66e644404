import { inspect } from 'node:util';
import { MaxRetriesExceededError, Retry } from './errors.ts';
import { matchesError, type TaskOptions } from './options.ts';
import type { TaskRequest } from './request.ts';

/** When, how often and why a task is to be run again; Celery's `retry()`. */
export interface RetryOptions {
  /** Why; thrown when there is no retry left. */
  readonly exc?: Error;
  /** Seconds to wait. @default the task's defaultRetryDelay */
  readonly countdown?: number;
  /** When, instead of `countdown`. */
  readonly eta?: Date;
  /** Instead of the task's own; null for no limit. */
  readonly maxRetries?: number | null;
}

/** Celery's own defaults. */
const defaultMaxRetries = 3;
const defaultRetryDelaySeconds = 180;
const defaultBackoffMaxSeconds = 600;

/** What a task throws in order to be run again; or, when no retry is left, what it fails with. */
export function retryOf(request: TaskRequest, options: TaskOptions, wish: RetryOptions, nowMs: number): Error {
  const { exc, eta, countdown = options.defaultRetryDelay ?? defaultRetryDelaySeconds } = wish;
  const maxRetries = wish.maxRetries ?? (wish.maxRetries === null ? null : limitOf(options));
  if (maxRetries !== null && request.retries + 1 > maxRetries) {
    if (exc) return exc;
    const { task, id, args, kwargs } = request;
    return new MaxRetriesExceededError(`Can't retry ${task}[${id}] args:${inspect(args)} kwargs:${inspect(kwargs)}`);
  }
  const when = eta ? `at ${eta.toISOString()}` : `in ${countdown}s`;
  const etaMs = eta ? eta.getTime() : nowMs + countdown * 1000;
  return new Retry(`Retry ${when}${exc ? `: ${exc.name}('${exc.message}')` : ''}`, etaMs, exc);
}

/** What a task that threw is to end with: the error itself, or a retry, if `autoretryFor` asks for one. */
export function applyAutoretry(
  error: unknown,
  request: TaskRequest,
  options: TaskOptions,
  nowMs: number,
  random = Math.random,
): unknown {
  const isOwnWay = error instanceof Error && ['Retry', 'Ignore', 'Reject', 'Replaced'].includes(error.name);
  if (isOwnWay || !matchesError(error, options.autoretryFor) || matchesError(error, options.dontAutoretryFor))
    return error;
  const backoff = options.retryBackoff ? { countdown: backoffSeconds(request.retries, options, random) } : {};
  return retryOf(request, options, { ...options.retryKwargs, ...backoff, exc: error as Error }, nowMs);
}

/** Celery's get_exponential_backoff_interval: factor * 2^retries, at most the maximum, and any part of it with jitter. */
export function backoffSeconds(retries: number, options: TaskOptions, random: () => number): number {
  const { retryBackoff, retryBackoffMax = defaultBackoffMaxSeconds, retryJitter = true } = options;
  const factor = Math.max(1, Math.trunc(Number(retryBackoff)));
  const seconds = Math.min(retryBackoffMax, factor * 2 ** retries);
  return retryJitter ? Math.floor(random() * (seconds + 1)) : seconds;
}

function limitOf({ maxRetries }: TaskOptions): number | null {
  return maxRetries === undefined ? defaultMaxRetries : maxRetries;
}
