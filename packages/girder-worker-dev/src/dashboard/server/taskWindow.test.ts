import { expect, test } from 'vitest';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import type { RunRecord } from '../../../../girder-worker/src/history/runRecord.ts';
import { searchTasks } from './searchTasks.ts';
import { createTaskWindow, type TaskWindow } from './taskWindow.ts';

const write = (...records: RunRecord[]) => [{ key: crypto.randomUUID(), appendedMs: 0, records }];

/** A run that was received at this time and took a second. */
const runAt = (receivedMs: number, changes: Partial<RunRecord> = {}) =>
  newRecord({ receivedMs, startedMs: receivedMs, endedMs: receivedMs + 1000, ...changes });

const found = (window: TaskWindow, search: Partial<Parameters<typeof searchTasks>[1]> = {}) =>
  searchTasks(window, { sort: 'received', order: 'desc', offset: 0, limit: 100, ...search });
const idsOf = (window: TaskWindow, search?: Parameters<typeof found>[1]) =>
  found(window, search).tasks.map(({ id }) => id);

test('a task has the state of its last run, in whatever order the runs are read', () => {
  const runs = [
    runAt(1000, { id: 'a', state: 'RETRY', retries: 0, requestId: '1' }),
    runAt(5000, { id: 'a', state: 'RETRY', retries: 1, requestId: '2' }),
    runAt(9000, { id: 'a', state: 'SUCCESS', retries: 2, requestId: '3' }),
  ] as const;
  for (const order of [runs, runs.toReversed(), [runs[1], runs[2], runs[0]]]) {
    const window = createTaskWindow(10);
    for (const run of order) window.add(write(run));
    expect(window.get('a')?.row).toMatchObject({ state: 'SUCCESS', retries: 2, receivedMs: 9000, runtimeMs: 1000 });
    expect(window.get('a')?.runs.map(({ retries }) => retries)).toEqual([0, 1, 2]);
  }
});

test('a run that is read twice counts once', () => {
  const window = createTaskWindow(10);
  const writes = write(runAt(1000, { id: 'a' }), runAt(1000, { id: 'b' }));
  expect(window.add(writes)).toBe(2);
  expect(window.add(writes)).toBe(0);
  expect(window.size).toBe(2);
});

test('a duplicate of a message does not change the state of its task', () => {
  const window = createTaskWindow(10);
  window.add(write(runAt(1000, { id: 'a', state: 'SUCCESS' })));
  window.add(write(runAt(9000, { id: 'a', state: 'DUPLICATE', startedMs: null, requestId: '2' })));
  expect(window.get('a')?.row.state).toBe('SUCCESS');
  expect(window.get('a')?.runs).toHaveLength(2);
});

test('a task that waits for its eta has one run for all deliveries of its message until then', () => {
  const window = createTaskWindow(10);
  const waits = (receivedMs: number) =>
    runAt(receivedMs, { id: 'a', state: 'SCHEDULED', startedMs: null, dueMs: 99_000, requestId: String(receivedMs) });
  window.add(write(waits(3000), waits(1000), waits(2000)));
  expect(window.get('a')).toMatchObject({
    row: { state: 'SCHEDULED', receivedMs: 3000 },
    runs: [{ receivedMs: 3000 }],
  });
  window.add(write(runAt(99_000, { id: 'a' })));
  expect(window.get('a')?.runs.map(({ state }) => state)).toEqual(['SCHEDULED', 'SUCCESS']);
});

test('a window that is full drops the tasks that were received first, and says so', () => {
  const window = createTaskWindow(100);
  window.add(write(...Array.from({ length: 100 }, (_, index) => runAt(index, { id: `task-${index}` }))));
  expect([window.size, window.isFull, window.oldestMs]).toEqual([100, false, 0]);
  window.add(write(runAt(100, { id: 'new' })));
  expect([window.size, window.isFull, window.oldestMs]).toEqual([90, true, 11]);
  expect(window.get('task-10')).toBeUndefined();
  expect(window.canvas('task-10')).toEqual([]);
  expect(window.get('new')).toBeDefined();
});

const canvasOf = (window: TaskWindow, id: string) =>
  window
    .canvas(id)
    .map(({ row }) => row.id)
    .sort();

test('the tasks of a canvas have the same root', () => {
  const window = createTaskWindow(10);
  window.add(write(runAt(1, { id: 'a' }), runAt(2, { id: 'b', rootId: 'a' }), runAt(3, { id: 'c' })));
  expect(canvasOf(window, 'a')).toEqual(['a', 'b']);
  expect(canvasOf(window, 'b')).toEqual(['a', 'b']);
  expect(canvasOf(window, 'c')).toEqual(['c']);
});

test('the members of a chord that a client has sent belong to one canvas, by their group and by their body', () => {
  const follows = [{ kind: 'chord', id: 'body', task: 'p.sum' }] as const;
  const window = createTaskWindow(10);
  window.add(write(runAt(1, { id: 'a', follows }), runAt(2, { id: 'b', follows }), runAt(3, { id: 'alone' })));
  window.add(write(runAt(4, { id: 'c', group: 'g' }), runAt(5, { id: 'd', group: 'g' })));
  expect(canvasOf(window, 'a')).toEqual(['a', 'b']);
  expect(canvasOf(window, 'body')).toEqual(['a', 'b']);
  expect(canvasOf(window, 'd')).toEqual(['c', 'd']);
  window.add(write(runAt(6, { id: 'body', parentId: 'b' })));
  expect(canvasOf(window, 'a')).toEqual(['a', 'b', 'body']);
});

const searched = createTaskWindow(10);
searched.add(
  write(
    runAt(1000, { id: '3ef02b02-1', task: 'mail.send', args: "('ä@example.org',)" }),
    runAt(2000, { id: '3ef02b02-2', task: 'mail.send', state: 'FAILURE', error: 'SMTPError("mailbox full")' }),
    runAt(3000, { id: '7ac91d4e-3', task: 'images.scale', queue: 'slow', kwargs: "{'width': 640}", endedMs: 9000 }),
    runAt(4000, { id: '7ac91d4e-4', task: 'images.scale', state: 'REVOKED', startedMs: null, retries: 3 }),
  ),
);

test.each([
  ['no condition', {}, ['7ac91d4e-4', '7ac91d4e-3', '3ef02b02-2', '3ef02b02-1']],
  ['the beginning of an id', { id: '3ef0' }, ['3ef02b02-2', '3ef02b02-1']],
  ['a name', { task: 'images.scale' }, ['7ac91d4e-4', '7ac91d4e-3']],
  ['a state', { state: 'FAILURE' }, ['3ef02b02-2']],
  ['a queue', { queue: 'slow' }, ['7ac91d4e-3']],
  ['a time', { fromMs: 2000, toMs: 3000 }, ['7ac91d4e-3', '3ef02b02-2']],
  ['text of the error in another case', { text: 'MAILBOX' }, ['3ef02b02-2']],
  ['text of the arguments', { text: 'Ä@example' }, ['3ef02b02-1']],
  ['text of the keyword arguments', { text: "'width': 640" }, ['7ac91d4e-3']],
  ['a part of a name', { text: 'mail.' }, ['3ef02b02-2', '3ef02b02-1']],
  ['conditions together', { text: 'mail', state: 'SUCCESS' }, ['3ef02b02-1']],
  ['what is not there', { text: '.*' }, []],
] as const)('a search by %s finds the tasks that match', (_, search, ids) => {
  expect(idsOf(searched, search)).toEqual(ids);
  expect(found(searched, search).total).toBe(ids.length);
});

test.each([
  ['received', 'asc', '3ef02b02-1'],
  ['runtime', 'desc', '7ac91d4e-3'],
  ['runtime', 'asc', '7ac91d4e-4'],
  ['task', 'asc', '7ac91d4e-4'],
  ['state', 'asc', '3ef02b02-2'],
  ['queue', 'desc', '7ac91d4e-3'],
  ['retries', 'desc', '7ac91d4e-4'],
] as const)('sorted by %s, %s, the first task is %s', (sort, order, id) => {
  expect(idsOf(searched, { sort, order })[0]).toBe(id);
});

test('a page has a part of the tasks that match, and the names and states of all', () => {
  expect(found(searched, { offset: 1, limit: 2, task: 'mail.send' })).toMatchObject({
    ...{ total: 2, offset: 1, names: ['images.scale', 'mail.send'], states: ['FAILURE', 'REVOKED', 'SUCCESS'] },
    tasks: [{ id: '3ef02b02-1' }],
  });
});
