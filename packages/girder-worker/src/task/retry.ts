import { inspect } from 'node:util';
import { nodeSystem } from '../system/nodeSystem.ts';
import { MaxRetriesExceededError, Retry } from './errors.ts';
import { matchesError, type TaskOptions } from './options.ts';
import type { TaskRequest } from './request.ts';
import { errorName } from './thrown.ts';

/** The options of `this.retry()`, as those of Celery's `Task.retry`. */
export interface RetryOptions {
  /**
   * The positional arguments of the next run. Keyword arguments of this run that do not set the same parameters stay.
   * @default those of this run
   */
  readonly args?: readonly unknown[];
  /**
   * The keyword arguments of the next run, instead of those of this run. Those that name a parameter which this run got by its
   * position replace that argument. @default those of this run
   */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /**
   * The reason, which is stored with the state RETRY. The task fails with it when no retry is left. Any value that a task can
   * catch: `catch (exc) { throw this.retry({ exc }); }`
   */
  readonly exc?: unknown;
  /** The delay in seconds. @default the task option defaultRetryDelay */
  readonly countdown?: number;
  /** The time of the next run. It wins over `countdown`. */
  readonly eta?: Date;
  /** The most retries of the task; null for no limit. @default the task option maxRetries */
  readonly maxRetries?: number | null;
}

/** Celery's defaults. */
const defaultMaxRetries = 3;
const defaultRetryDelaySeconds = 180;
const defaultBackoffMaxSeconds = 600;

/**
 * Returns the error to throw in order to retry a task: a Retry. When no retry is left, returns `exc`, or
 * MaxRetriesExceededError if `exc` is not given. Throws a ValueError for a time that does not exist. `nowMs` is the time from which `countdown` counts.
 */
export function retryOf(request: TaskRequest, taskOptions: TaskOptions, options: RetryOptions, nowMs: number): Error {
  const { args, kwargs, exc, eta, countdown = taskOptions.defaultRetryDelay ?? defaultRetryDelaySeconds } = options;
  const { maxRetries = taskOptions.maxRetries === undefined ? defaultMaxRetries : taskOptions.maxRetries } = options;
  if (maxRetries !== null && request.retries + 1 > maxRetries) {
    if (exc !== undefined) return toError(exc);
    const { task, id } = request;
    const [shownArgs, shownKwargs] = [args ?? request.args, kwargs ?? request.kwargs].map((value) => inspect(value));
    return new MaxRetriesExceededError(`Can't retry ${task}[${id}] args:${shownArgs} kwargs:${shownKwargs}`);
  }
  const isTime = eta !== undefined && !Number.isNaN(eta.getTime());
  const when = eta ? `at ${isTime ? eta.toISOString() : eta}` : `in ${countdown}s`;
  const etaMs = eta ? eta.getTime() : nowMs + countdown * 1000;
  const reason = exc === undefined ? undefined : toError(exc);
  return new Retry(`Retry ${when}${reason ? `: ${reason.name}('${reason.message}')` : ''}`, etaMs, reason, {
    args,
    kwargs,
  });
}

/** A value that was thrown, but is no Error, as an Error. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`${inspect(thrown)} (thrown, but not an Error)`);
}

/**
 * Returns the error that a task ends with after it threw `error`: a Retry if `autoretryFor` contains the error and a retry
 * is left, else `error` itself. `nowMs` is the time from which the delay counts.
 */
export function applyAutoretry(
  error: unknown,
  request: TaskRequest,
  options: TaskOptions,
  nowMs: number,
  random: () => number = nodeSystem.random,
): unknown {
  const isControlFlow = ['Retry', 'Ignore', 'Reject', 'Replaced'].includes(errorName(error) ?? '');
  if (isControlFlow || !matchesError(error, options.autoretryFor) || matchesError(error, options.dontAutoretryFor))
    return error;
  const backoff = options.retryBackoff ? { countdown: backoffSeconds(request.retries, options, random) } : {};
  return retryOf(request, options, { ...options.retryKwargs, ...backoff, exc: error }, nowMs);
}

/**
 * The delay before a retry in seconds, as Celery's `get_exponential_backoff_interval`: factor * 2^retries, at most
 * `retryBackoffMax`; with `retryJitter` a random integer from 0 to that delay. `random` returns a number from 0 (inclusive)
 * to 1 (exclusive).
 */
export function backoffSeconds(retries: number, options: TaskOptions, random: () => number): number {
  const { retryBackoff, retryBackoffMax = defaultBackoffMaxSeconds, retryJitter = true } = options;
  const factor = Math.max(1, Math.trunc(Number(retryBackoff)));
  const seconds = Math.min(retryBackoffMax, factor * 2 ** retries);
  return retryJitter ? Math.floor(random() * (seconds + 1)) : seconds;
}
