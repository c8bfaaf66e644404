import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { girderWorker, startComputing, untilActive } from '../support/computingTask.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let app: App;
beforeAll(async () => {
  stack = await startStack({ plugins: ['gwexample', 'labtasks'] });
  app = new App(createTaskClient(stack.env));
});
afterAll(() => stack?.stop());

describe('a task that computes without a pause reads that it is revoked, cleans up and is REVOKED', () => {
  test('by app.control.revoke(id)', async () => {
    const result = await startComputing(app);
    await app.control.revoke(result.id);
    await expect(result.get({ timeoutMs: 10_000 })).rejects.toMatchObject({
      name: 'TaskRevokedError',
      message: 'revoked',
    });
    expect(await result.state()).toBe('REVOKED');
    expect(stack.lines.join('\n')).toMatch(new RegExp(`${result.id}.*canceled at step \\d+: cleaning up`));
  });

  test('by girder-worker revoke ID', async () => {
    const result = await startComputing(app);
    expect(await girderWorker(stack, 'revoke', result.id)).toMatch(result.id);
    await expect(result.get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'TaskRevokedError' });
  });
});

test('the signal of a task that waits is aborted when the task is revoked', async () => {
  const result = await app.sendTask('labtasks.waits');
  await untilActive(app, result.id);
  await result.revoke();
  await expect(result.get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'TaskRevokedError' });
});

test('a task that is revoked before it is sent does not run', async () => {
  await app.control.revoke('early');
  const result = await app.sendTask('labtasks.add', [1, 2], {}, { taskId: 'early' });
  await expect.poll(() => stack.lines.join('\n')).toContain('labtasks.add[early] has already ended: REVOKED');
  expect(await result.state()).toBe('REVOKED');
});

test('a task that has ended keeps its result when it is revoked', async () => {
  const result = await app.sendTask('labtasks.add', [1, 2]);
  expect(await result.get({ timeoutMs: 10_000 })).toBe(3);
  await result.revoke();
  expect(await result.get()).toBe(3);
});

describe('the command line of girder-worker', () => {
  test('call prints the result as JSON', async () => {
    expect(await girderWorker(stack, 'call', 'gwexample.analyses.tasks.fibonacci', '26')).toBe('121393\n');
    expect(await girderWorker(stack, 'call', 'labtasks.add', '--kwargs', '{"x": 1, "y": 2}')).toBe('3\n');
  });

  test('call and result fail with the remote traceback if the task failed', async () => {
    await expect(girderWorker(stack, 'call', 'labtasks.raises', 'boom')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ValueError: boom, 42\nTraceback \(most recent call last\):/),
    });
    const id = (await girderWorker(stack, 'call', '--no-wait', 'labtasks.raises')).trim();
    await expect(girderWorker(stack, 'result', id)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ValueError: boom'),
    });
  });

  test('result fails after its timeout, and says what may be wrong', async () => {
    await expect(girderWorker(stack, 'result', 'nobody-sent-this', '--timeout', '0.1')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /nobody-sent-this has not ended within 100 ms; its state is PENDING. Is a worker running/,
      ),
    });
  });

  test.each([
    [['call', 'labtasks.add', '--queue', 'nowhere'], /There is no SQS queue "nowhere".*npm run dev/],
    [['frobnicate'], /unknown command 'frobnicate'[\s\S]*--help/],
    [['call', 'labtasks.add', '--kwargs', '[1]'], /Must be a JSON object/],
  ])('%j fails, and the error says what to do', async (args, text) => {
    await expect(girderWorker(stack, ...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(text) });
  });

  test.each([
    [
      'GIRDER_WORKER_BROKER',
      'redis://localhost',
      /GIRDER_WORKER_BROKER is not the URL of an SQS broker.*Write for example/,
    ],
    ['GIRDER_WORKER_BACKEND', 'dynamodb://@us-east-1/absent', /There is no DynamoDB table "absent".*npm run dev/],
  ])('with %s=%s says what to set instead', async (name, value, text) => {
    const env = { ...stack.env, [name]: value };
    await expect(girderWorker({ env }, 'call', 'labtasks.add', '1', '2')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(text),
    });
  });
});
