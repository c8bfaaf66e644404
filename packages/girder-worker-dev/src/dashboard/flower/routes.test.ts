import { expect, test } from 'vitest';
import { FlowerError } from './flowerError.ts';
import { Seconds } from './flowerJson.ts';
import type { FlowerSource } from './flowerSource.ts';
import { type FlowerTask, taskOfTable } from './flowerTask.ts';
import { flowerRoutes } from './routes.ts';

const stored = {
  ...{ state: 'SUCCESS', result: 12345678901234567890n, exception: null, traceback: null, children: null },
  ...{ dateDone: null, group: null, parentId: null, request: null },
};

const taskAt = (id: string, ms: number): FlowerTask => ({
  ...taskOfTable(id, stored),
  ...{ received: new Seconds(ms), timestamp: new Seconds(ms) },
});

const source: FlowerSource = {
  hasActions: false,
  tasks: async () => [taskAt('9', 1000), taskAt('first', 3000), taskAt('10', 2000)],
  taskNames: async () => [],
  withResults: async (tasks) => tasks,
  task: async () => undefined,
  result: async () => stored,
  workerNames: async () => [],
  worker: async () => undefined,
  queueLengths: () => Promise.reject(new Error('SQS is away')),
  revoke: () => Promise.reject(new Error('must not be called')),
  send: () => Promise.reject(new Error('must not be called')),
};
const routes = flowerRoutes(source);

test.each(['revoke/1', 'abort/1', 'apply/add', 'async-apply/add', 'send-task/add'])(
  'POST /task/%s gets the status 403 from a dashboard that may not change anything',
  async (path) => {
    const response = await routes.request(`/task/${path}`, { method: 'POST' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Read only mode is enabled');
  },
);

test('lists tasks in their order, although JavaScript moves keys that look like numbers to the beginning', async () => {
  const text = await (await routes.request('/tasks')).text();
  expect([...text.matchAll(/"uuid": "(\w+)"/g)].map(([, id]) => id)).toEqual(['first', '10', '9']);
});

test('writes times as floats, as Python does, also those of a whole second', async () => {
  expect(await (await routes.request('/tasks?limit=1')).text()).toContain('"received": 3.0, ');
});

test('writes a result with all its digits', async () => {
  const text = await (await routes.request('/task/result/1')).text();
  expect(text).toBe('{"task-id": "1", "state": "SUCCESS", "result": 12345678901234567890}');
});

test('answers with the status 503 and the reason if AWS does not answer', async () => {
  const response = await routes.request('/queues/length');
  expect([response.status, await response.text()]).toEqual([503, 'Broker or result backend unavailable: SQS is away']);
});

test('answers with the status 503 and a sentence if there is no history', async () => {
  const tasks = () => Promise.reject(new FlowerError(503, 'There is no table of the history.'));
  const response = await flowerRoutes({ ...source, tasks }).request('/tasks');
  expect([response.status, await response.text()]).toEqual([503, 'There is no table of the history.']);
});
