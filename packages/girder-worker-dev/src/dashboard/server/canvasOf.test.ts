import { expect, test } from 'vitest';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import type { RunRecord } from '../../../../girder-worker/src/history/runRecord.ts';
import { canvasOf } from './canvasOf.ts';
import { createTaskWindow } from './taskWindow.ts';

const entriesOf = (...records: RunRecord[]) => {
  const window = createTaskWindow(10_000);
  window.add([{ key: '1', appendedMs: 0, records }]);
  return window.canvas('a');
};
const task = (id: string, changes: Partial<RunRecord> = {}) =>
  newRecord({ id, task: `task ${id}`, rootId: 'a', ...changes });
const follows = (kind: 'callback' | 'errback' | 'chain' | 'chord', id: string) => ({ kind, id, task: `task ${id}` });
const shapeOf = (...entries: Parameters<typeof canvasOf>) => {
  const { nodes, edges } = canvasOf(...entries);
  return {
    nodes: Object.fromEntries(nodes.map(({ id, state, level }) => [id, `${state} ${level}`])),
    edges: edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`),
  };
};

test('a task alone is a graph of one node', () => {
  expect(shapeOf(entriesOf(task('a')), 'a')).toEqual({ nodes: { a: 'SUCCESS 0' }, edges: [] });
});

test('a chain is a line; its next step waits before it was received', () => {
  const entries = entriesOf(
    task('a', { follows: [follows('chain', 'b')] }),
    task('b', { parentId: 'a', follows: [follows('chain', 'c')] }),
  );
  expect(shapeOf(entries, 'b')).toEqual({
    nodes: { a: 'SUCCESS 0', b: 'SUCCESS 1', c: 'PENDING 2' },
    edges: ['a chain b', 'b chain c'],
  });
});

test('the members of a chord lead to its body, which is no child of the member that came last', () => {
  const member = { group: 'g', parentId: 'a', follows: [follows('chord', 'body')] };
  const entries = entriesOf(
    ...[task('a'), task('b', member), task('c', { ...member, state: 'FAILURE' })],
    task('body', { parentId: 'c' }),
  );
  expect(shapeOf(entries, 'a')).toEqual({
    nodes: { a: 'SUCCESS 0', b: 'SUCCESS 1', c: 'FAILURE 1', body: 'SUCCESS 2' },
    edges: ['b chord body', 'c chord body', 'a child b', 'a child c'],
  });
});

test('callbacks and errbacks are told apart', () => {
  const entries = entriesOf(task('a', { follows: [follows('callback', 'b'), follows('errback', 'c')] }));
  expect(shapeOf(entries, 'a').edges).toEqual(['a callback b', 'a errback c']);
});

test('an errback whose id its worker has assigned is known by its name; other children are not', () => {
  const entries = entriesOf(
    task('a', { follows: [{ kind: 'errback', id: null, task: 'task b' }] }),
    ...[task('b', { parentId: 'a' }), task('c', { parentId: 'a' })],
  );
  expect(shapeOf(entries, 'a').edges).toEqual(['a errback b', 'a child c']);
});

test('ids that follow each other in a circle, which only a wrong sender makes, end', () => {
  const entries = entriesOf(
    task('a', { follows: [follows('chain', 'b')] }),
    task('b', { follows: [follows('chain', 'a')] }),
  );
  expect(shapeOf(entries, 'a').edges).toEqual(['a chain b', 'b chain a']);
});

test('a canvas of thousands of tasks shows the task itself, its parent, and what is around it', () => {
  const members = Array.from({ length: 3000 }, (_, index) => task(`member-${index}`, { parentId: 'a' }));
  const { nodes, isComplete } = canvasOf(entriesOf(task('a'), ...members), 'member-2999');
  expect([nodes.length, isComplete]).toEqual([500, false]);
  expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(['a', 'member-2999']));
});
