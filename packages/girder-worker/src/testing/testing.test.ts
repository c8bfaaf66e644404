import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { Ignore, Reject, Retry } from '../task/errors.ts';
import type { Task } from '../task/task.ts';
import { createTask, outcomeOf, runTask } from './index.ts';

const count = app.task({ name: 'testing.count', maxRetries: 1 }, async function count(this: Task, to: number) {
  for (let current = 0; current < to; current++) {
    if (this.canceled) return current;
    this.jobManager?.updateProgress({ total: to, current: current + 1 });
  }
  return to;
});

const wait = app.task({ name: 'testing.wait' }, async function wait(this: Task, ms: number) {
  await pause(ms, undefined, { signal: this.signal });
});

test('runTask returns what the task returns, and the task is not revoked', async () => {
  expect(await runTask(count, [3])).toBe(3);
});

test('a task that is revoked before it starts reads that at its first look', async () => {
  expect(await runTask(count, [3], { canceled: true })).toBe(0);
});

test('a task that is revoked at a step reads that at the next one', async () => {
  const task = createTask({ onProgress: ({ current }) => void (current === 2 && task.revoke()) });
  expect(await runTask(count, [5], task)).toBe(2);
  expect(task.progress).toEqual([
    { total: 5, current: 1 },
    { total: 5, current: 2 },
  ]);
});

test('revoke aborts the signal with an AbortError, as a worker does', async () => {
  const task = createTask();
  const run = runTask(wait, [3_600_000], task);
  task.revoke();
  await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect(task.canceled).toBe(true);
  expect(task.signal.reason).toMatchObject({ name: 'AbortError', message: 'The task was revoked.' });
});

test('records log lines and states', async () => {
  const report = app.task({ name: 'testing.report' }, async function report(this: Task) {
    this.log.warn('half done');
    await this.updateState({ state: 'PROGRESS', meta: { current: 1 } });
  });
  const task = createTask();
  await runTask(report, [], task);
  expect(task.lines).toEqual([{ level: 'warn', text: 'half done' }]);
  expect(task.states).toEqual([{ state: 'PROGRESS', meta: { current: 1 } }]);
});

test('the request names the task and its arguments, also if its name cannot be derived', () => {
  const seen = app.task(function seen(this: Task, _x: number) {
    return [this.request.task, this.request.args, this.request.retries];
  });
  expect(runTask(seen, [7], { request: { retries: 2 } })).toEqual(['seen', [7], 2]);
});

test('this.retry observes the options of the task', () => {
  const fail = app.task({ name: 'testing.fail', maxRetries: 1 }, function fail(this: Task): void {
    throw this.retry({ exc: new RangeError('no answer') });
  });
  expect(() => runTask(fail, [])).toThrow(Retry);
  expect(() => runTask(fail, [], { request: { retries: 1 } })).toThrow(RangeError);
});

test('the job has the status that the task has set', async () => {
  const task = createTask();
  await task.jobManager.updateStatus(820);
  expect(await task.jobManager.refreshStatus()).toBe(820);
});

test('runTask refuses a function that is not a task', () => {
  const plain = Object.assign(() => 1, {}) as never;
  expect(() => runTask(plain, [])).toThrow(
    'A task that app.task has returned is needed, got a function without app.task.',
  );
});

describe('the outcome of a task', () => {
  const flaky = app.task(
    { name: 'testing.flaky', maxRetries: 2, autoretryFor: ['ConnectionError'] },
    async function flaky(this: Task, what: string) {
      switch (what) {
        case 'retry':
          throw this.retry({ countdown: 30, exc: new Error('later') });
        case 'connection':
          throw Object.assign(new Error('refused'), { name: 'ConnectionError' });
        case 'replace':
          throw this.replace(count.s(3));
        case 'ignore':
          throw new Ignore();
        case 'reject':
          throw new Reject('no GPU', { requeue: true });
        case 'fail':
          throw new RangeError('too far');
        default:
          return what;
      }
    },
  );

  test.each([
    ['value', { state: 'SUCCESS', result: 'value' }],
    ['retry', { state: 'RETRY', countdownSeconds: 30, exc: expect.objectContaining({ message: 'later' }) }],
    ['connection', { state: 'RETRY', countdownSeconds: 180, exc: expect.objectContaining({ message: 'refused' }) }],
    ['replace', { state: 'REPLACED', signature: expect.objectContaining({ task: 'testing.count', args: [3] }) }],
    ['ignore', { state: 'IGNORED' }],
    ['reject', { state: 'REJECTED', reason: 'no GPU', requeue: true }],
    ['fail', { state: 'FAILURE', error: expect.any(RangeError) }],
  ])('that ends with %s is data', async (what, outcome) => {
    expect(await outcomeOf(flaky, [what])).toEqual(outcome);
  });

  test('is a failure with the reason when no retry is left', async () => {
    const outcome = await outcomeOf(flaky, ['retry'], { request: { retries: 2 } });
    expect(outcome).toMatchObject({ state: 'FAILURE', error: { message: 'later' } });
  });
});

test('the soft time limit aborts the signal with SoftTimeLimitExceeded, and the task is not canceled', async () => {
  const task = createTask();
  const run = runTask(wait, [3_600_000], task);
  task.exceedSoftTimeLimit(5);
  await expect(run).rejects.toThrow();
  expect(task.signal.reason).toMatchObject({ name: 'SoftTimeLimitExceeded', message: '5' });
  expect(task.canceled).toBe(false);
});

test('the tasks that a task sends are recorded, and not published', async () => {
  const sends = app.task({ name: 'testing.sends' }, async function sends(this: Task) {
    await count.applyAsync([4], { queue: 'slow' });
    await app.canvas.group(count.s(1), count.s(2)).applyAsync();
    return (await app.sendTask('python.task', [1], { verbose: true })).id;
  });
  const task = createTask();
  const id = await runTask(sends, [], task);
  expect(task.sent.map(({ task: name, args, queue }) => [name, args, queue])).toEqual([
    ['testing.count', [4], 'slow'],
    ['testing.count', [1], 'celery'],
    ['testing.count', [2], 'celery'],
    ['python.task', [1], 'celery'],
  ]);
  expect(task.sent.at(-1)).toMatchObject({ id, kwargs: { verbose: true }, eta: null });
});

test('a task that is called with a given this uses it', async () => {
  const task = createTask({ canceled: true });
  expect(await count.call(task, 3)).toBe(0);
  expect(await count(3)).toBe(3);
  expect(await count.call({ canceled: true } as never, 3)).toBe(3);
});

test('the text of the Girder job is recorded', () => {
  const task = createTask();
  task.jobManager.write('half done');
  expect(task.written).toEqual(['half done']);
});
