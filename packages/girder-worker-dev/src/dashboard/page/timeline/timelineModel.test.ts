import { expect, test } from 'vitest';
import type { RunRow, TaskRow } from '../../data.ts';
import { timelineOf } from './timelineModel.ts';

const run = (receivedMs: number, startedMs: number | null, endedMs: number, more: Partial<RunRow> = {}): RunRow => ({
  ...{ task: 't', state: 'SUCCESS', worker: 'w', requestId: 'r', queue: 'q', receivedMs, startedMs, endedMs },
  ...{ retries: 0, receiveCount: 1, sizeBytes: 1, error: null, dueMs: null },
  ...more,
});

const task: TaskRow = {
  ...{ id: 'i', task: 't', state: 'SUCCESS', queue: 'q', worker: 'w', receivedMs: 0, startedMs: 0, endedMs: 1 },
  ...{ runtimeMs: 1, retries: 0, args: '', kwargs: '', error: null, rootId: 'i', parentId: null },
};

test('a run waits until its code starts, and then runs', () => {
  const { rows, fromMs, toMs, position, breaks } = timelineOf(task, [run(1000, 1100, 1400)], 9000);
  expect(rows).toMatchObject([
    {
      phases: [
        { kind: 'wait', fromMs: 1000, toMs: 1100 },
        { kind: 'run', fromMs: 1100, toMs: 1400 },
      ],
    },
  ]);
  expect([fromMs, toMs, position(1000), position(1100), position(1400)]).toEqual([1000, 1400, 0, 0.25, 1]);
  expect(breaks).toEqual([]);
});

test('a run that never started only waits', () => {
  const { rows } = timelineOf(task, [run(0, null, 50, { state: 'REVOKED' })], 100);
  expect(rows[0]?.phases).toEqual([{ kind: 'wait', fromMs: 0, toMs: 50 }]);
});

test('a long pause between two runs is drawn short, and the runs keep their proportions', () => {
  const runs = [run(0, 0, 100), run(1_000_000, 1_000_000, 1_000_300)];
  const { breaks, position } = timelineOf(task, runs, 2_000_000);
  expect(breaks).toMatchObject([{ ms: 999_900, width: 0.08 }]);
  const [first, second] = [position(100) - position(0), position(1_000_300) - position(1_000_000)];
  expect(second / first).toBeCloseTo(3);
  expect(first + second + 0.08).toBeCloseTo(1);
});

test('many pauses take at most half of the width', () => {
  const runs = Array.from({ length: 40 }, (_, index) => run(index * 1e6, index * 1e6, index * 1e6 + 10));
  const { breaks } = timelineOf(task, runs, 1e9);
  expect(breaks.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(0.5);
});

test('the time when a retry is due belongs to the timeline', () => {
  const { toMs, position } = timelineOf(task, [run(0, 0, 100, { state: 'RETRY', dueMs: 5000 })], 100);
  expect([toMs, position(5000)]).toEqual([5000, 1]);
});

test('a delivery that is not over yet lasts until now', () => {
  const present = { ...task, state: 'STARTED', receivedMs: 0, startedMs: 500, endedMs: null };
  const { rows, toMs } = timelineOf(present, [run(0, 0, 100, { state: 'RETRY' })], 900);
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatchObject({ endedMs: null, run: null, state: 'STARTED' });
  expect(rows[1]?.phases.at(-1)).toEqual({ kind: 'run', fromMs: 500, toMs: 900 });
  expect(toMs).toBe(900);
});

test('a task without runs has an empty timeline', () => {
  expect(timelineOf({ ...task, startedMs: null }, [], 1).rows).toEqual([]);
});

test('a run that took no time has a place', () => {
  const { position } = timelineOf(task, [run(7, 7, 7)], 7);
  expect(position(7)).toBe(0);
});
