import type { RunRecord } from 'girder-worker/internal/operations';
import { createMemoryHistory } from 'girder-worker/internal/operations';
import { nodeSystem } from 'girder-worker/internal/system';
import { expect, test } from 'vitest';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import { createHistoryFollower } from '../server/historyFollower.ts';
import type { DashboardStack } from '../server/stack.ts';
import { createTaskWindow } from '../server/taskWindow.ts';
import { createFlowerSource, maxStored } from './flowerSource.ts';
import { taskOfHistory } from './flowerTask.ts';

function recordOf(id: string, own: Partial<RunRecord> = {}): RunRecord {
  const atMs = Date.now();
  return newRecord({ id, receivedMs: atMs, startedMs: atMs, endedMs: atMs, ...own });
}

function startStack(read = createMemoryHistory(nodeSystem)) {
  const window = createTaskWindow(5000);
  let reads = 0;
  const follower = createHistoryFollower({
    ...{ history: read, window, windowMs: 60_000, system: nodeSystem, describeError: String },
  });
  const store = {
    read: async () => {
      reads += 1;
      return undefined;
    },
  };
  const stack = { window, follower, store, queues: ['celery'], system: nodeSystem };
  return { stack: stack as unknown as DashboardStack, history: read, stop: () => follower.stop(), reads: () => reads };
}

test('the first request waits until the history was read', async () => {
  const { stack, history, stop } = startStack();
  await history.append([recordOf('1')]);
  expect((await createFlowerSource(stack).tasks()).map(({ uuid }) => uuid)).toEqual(['1']);
  await stop();
});

test('reads the results of a page, but not of more tasks than that', async () => {
  const { stack, stop, reads } = startStack();
  const source = createFlowerSource(stack);
  stack.window.add([
    { records: Array.from({ length: maxStored + 1 }, (_, index) => recordOf(String(index))) } as never,
  ]);
  const tasks = stack.window.all().map((entry) => taskOfHistory(entry, []));
  await source.withResults(tasks);
  expect(reads()).toBe(0);
  await source.withResults(tasks.slice(1));
  expect(reads()).toBe(maxStored);
  await stop();
});

test('a task that was revoked before its message arrived is REVOKED without an exception', () => {
  const window = createTaskWindow(10);
  const error = 'revoked';
  window.add([{ records: [recordOf('1', { state: 'REVOKED', startedMs: null, error })] } as never]);
  expect(taskOfHistory(window.get('1')!, [])).toMatchObject({ state: 'REVOKED', started: null, exception: null });
});

test('a result that cannot be read does not hide the other tasks, but an error of the table is one', async () => {
  const { stack, stop } = startStack();
  let name = 'UnreadableResultError';
  const read = () => Promise.reject(Object.assign(new Error('pickle'), { name }));
  const source = createFlowerSource({ ...stack, store: { ...stack.store, read } });
  stack.window.add([{ key: '', appendedMs: 0, records: [recordOf('1')] }]);
  const tasks = stack.window.all().map((entry) => taskOfHistory(entry, []));
  expect(await source.withResults(tasks)).toMatchObject([{ uuid: '1', result: null }]);
  name = 'TimeoutError';
  await expect(source.withResults(tasks)).rejects.toThrow('pickle');
  await stop();
});
