import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let app: App;
beforeAll(async () => {
  stack = await startStack({ plugins: ['labtasks', 'middlewaretasks'] });
  app = new App(createTaskClient(stack.env));
});
afterAll(() => stack?.stop());

const printed = (text: string) => expect.poll(() => stack.lines.join('\n'), { timeout: 10_000 }).toContain(text);

test('a task runs within the middleware of its plugin', async () => {
  const result = await app.sendTask('middlewaretasks.tasks.tells_tenant', [], { tenant: 'blue' });
  expect(await result.get({ timeoutMs: 10_000 })).toBe('blue');
});

test('a task of another plugin runs within it, too, and it sees the value that the task returns', async () => {
  const result = await app.sendTask('labtasks.add', [1, 2]);
  expect(await result.get({ timeoutMs: 10_000 })).toBe(3);
  await printed('labtasks.add of 2 arguments has returned 3');
});

test('middleware sees the error of a task, and its retry, and changes neither', async () => {
  const failed = await app.sendTask('labtasks.raises', ['boom']);
  await expect(failed.get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'ValueError' });
  await printed('labtasks.raises has thrown ValueError');
  const retried = await app.sendTask('middlewaretasks.tasks.retries', [], { tenant: 'blue' });
  expect(await retried.get({ timeoutMs: 20_000 })).toBe('blue blue');
  await printed('middlewaretasks.tasks.retries has thrown Retry');
});

test('a task whose middleware throws fails with that error, and does not run', async () => {
  const result = await app.sendTask('middlewaretasks.tasks.tells_tenant', [], { tenant: 'refused' });
  await expect(result.get({ timeoutMs: 10_000 })).rejects.toMatchObject({
    name: 'KeyError',
    message: 'no such tenant',
  });
});
