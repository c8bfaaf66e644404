import { describe, expect, test } from 'vitest';
import { eagerTask } from './eager.ts';
import { Ignore, MaxRetriesExceededError, Retry } from './errors.ts';
import type { TaskOptions } from './options.ts';
import { applyAutoretry, backoffSeconds, type RetryOptions, retryOf } from './retry.ts';

const now = Date.UTC(2026, 0, 1);
const request = (retries: number) => ({ ...eagerTask('lab.work', []).request, id: 'id-1', retries });
const retry = (retries: number, taskOptions: TaskOptions = {}, options: RetryOptions = {}) =>
  retryOf(request(retries), taskOptions, options, now);

describe('a retry', () => {
  test('is delayed by its own time, else by the defaultRetryDelay of the task, else by 180 seconds', () => {
    expect(retry(0, {}, { countdown: 5 })).toMatchObject({ etaMs: now + 5000 });
    expect(retry(0, {}, { countdown: 0 })).toMatchObject({ etaMs: now });
    expect(retry(0, {}, { eta: new Date(now + 7) })).toMatchObject({ etaMs: now + 7 });
    expect(retry(0, { defaultRetryDelay: 2 })).toMatchObject({ etaMs: now + 2000 });
    expect(retry(0)).toMatchObject({ etaMs: now + 180_000 });
  });

  test('is allowed three times, unless the maxRetries of the task or of the call differ', () => {
    expect(retry(2)).toBeInstanceOf(Retry);
    expect(retry(3)).toBeInstanceOf(MaxRetriesExceededError);
    expect(retry(3, { maxRetries: 4 })).toBeInstanceOf(Retry);
    expect(retry(0, { maxRetries: 0 })).toBeInstanceOf(MaxRetriesExceededError);
    expect(retry(99, { maxRetries: null })).toBeInstanceOf(Retry);
    expect(retry(0, { maxRetries: 9 }, { maxRetries: 0 })).toBeInstanceOf(MaxRetriesExceededError);
    expect(retry(99, {}, { maxRetries: null })).toBeInstanceOf(Retry);
  });

  test('that is not allowed fails with its exc, else with MaxRetriesExceededError', () => {
    const exc = new TypeError('boom');
    expect(retry(3, {}, { exc })).toBe(exc);
    expect(retry(3)).toMatchObject({ message: "Can't retry lab.work[id-1] args:[] kwargs:{}" });
  });
});

describe('a task with autoretryFor', () => {
  const options: TaskOptions = {
    autoretryFor: [TypeError, 'ConnectionError'],
    dontAutoretryFor: ['Fatal'],
    retryBackoff: true,
  };
  const after = (error: unknown, retries = 0) => applyAutoretry(error, request(retries), options, now, () => 0.999);

  test('is retried for the errors that it lists by class or by name, and not for others', () => {
    expect(after(new TypeError('x'))).toMatchObject({ name: 'Retry', exc: { message: 'x' } });
    expect(after(Object.assign(new Error('x'), { name: 'ConnectionError' }))).toBeInstanceOf(Retry);
    expect(after(new RangeError('x'))).toBeInstanceOf(RangeError);
    expect(after(Object.assign(new TypeError('x'), { name: 'Fatal' }))).toMatchObject({ name: 'Fatal' });
    expect(after('no error at all')).toBe('no error at all');
  });

  test('fails with its error when no retry is left', () => {
    const error = new TypeError('x');
    expect(after(error, 3)).toBe(error);
  });

  test('is not retried for Ignore, even if it lists all errors', () => {
    const ignore = new Ignore();
    expect(applyAutoretry(ignore, request(0), { autoretryFor: [Error] }, now)).toBe(ignore);
  });

  test('is delayed by a random part of 1, 2, 4 … seconds, at most 600 seconds', () => {
    expect(after(new TypeError('x'), 2)).toMatchObject({ etaMs: now + 4000 });
    expect(backoffSeconds(3, { retryBackoff: 2, retryJitter: false }, Math.random)).toBe(16);
    expect(backoffSeconds(20, { retryBackoff: true, retryJitter: false }, Math.random)).toBe(600);
    expect(backoffSeconds(20, { retryBackoff: true, retryBackoffMax: 60, retryJitter: false }, Math.random)).toBe(60);
    expect(backoffSeconds(5, { retryBackoff: true }, () => 0)).toBe(0);
  });
});
