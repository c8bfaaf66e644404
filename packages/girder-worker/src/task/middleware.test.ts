import { afterEach, expect, test } from 'vitest';
import { addMiddleware, throughMiddleware } from './middleware.ts';
import type { Task } from './task.ts';

const call = { name: 'p.add', args: [1, 2], kwargs: {}, task: {} as Task };
const holder = globalThis as { [key: symbol]: unknown[] | undefined };
afterEach(() => {
  holder[Symbol.for('girder-worker.middleware')] = undefined;
});

test('the middleware that is added first is the outermost', async () => {
  const steps: string[] = [];
  for (const name of ['outer', 'inner'])
    addMiddleware(async (_, next) => {
      steps.push(`${name} begins`);
      const value = await next();
      steps.push(`${name} ends`);
      return `${name}(${value})`;
    });
  expect(await throughMiddleware(call, async () => 'value')).toBe('outer(inner(value))');
  expect(steps).toEqual(['outer begins', 'inner begins', 'inner ends', 'outer ends']);
});

test('a middleware that does not call next() takes the place of the task', async () => {
  addMiddleware(() => 'cached');
  let runs = 0;
  expect(await throughMiddleware(call, async () => ++runs)).toBe('cached');
  expect(runs).toBe(0);
});

test('a second call of next() is refused: the task would run twice', async () => {
  addMiddleware(async (_, next) => {
    await next();
    return next();
  });
  let runs = 0;
  await expect(throughMiddleware(call, async () => ++runs)).rejects.toThrow('called next() twice');
  expect(runs).toBe(1);
});

test('a middleware that throws before next() fails the task', async () => {
  addMiddleware(() => {
    throw new Error('no connection');
  });
  await expect(throughMiddleware(call, async () => 1)).rejects.toThrow('no connection');
});
