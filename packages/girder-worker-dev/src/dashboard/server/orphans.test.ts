import { expect, test } from 'vitest';
import { createMemoryStack } from '../../../../../test/support/dashboardStack.ts';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import type { RunRecord } from '../../../../girder-worker/src/history/runRecord.ts';
import type { TaskSummary } from '../../../../girder-worker/src/store/taskScan.ts';
import { orphansOf } from './orphans.ts';
import type { DashboardStack } from './stack.ts';

const summary: Omit<TaskSummary, 'id'> = {
  ...{ state: 'PENDING', phase: 'active', task: 'p.add', worker: null, startedMs: 0, request: null, dueMs: null },
};

/** A stack with tasks that waited for an eta of now, and one that waits for a later one. */
async function stackWithWaiting(find: DashboardStack['taskScan']['find'] = async () => []) {
  const stack = createMemoryStack({ taskScan: { find, list: async () => ({ tasks: [], isComplete: true }) } });
  const nowMs = stack.system.now();
  const waits = (id: string, dueMs: number, changes: Partial<RunRecord> = {}) =>
    newRecord({ id, state: 'SCHEDULED', receivedMs: nowMs, startedMs: null, endedMs: nowMs, dueMs, ...changes });
  const ended = newRecord({ id: 'ran', receivedMs: nowMs + 1, startedMs: nowMs + 1, endedMs: nowMs + 2 });
  await stack.history.append([waits('late', nowMs), waits('later', nowMs + 3_600_000), waits('ran', nowMs), ended]);
  return { stack, nowMs };
}

test('a task whose eta is over for more than a minute, and that has not run, is an orphan', async () => {
  const { stack, nowMs } = await stackWithWaiting();
  await stack.system.advance(60_000);
  expect((await orphansOf(stack)).orphans).toEqual([]);
  await stack.system.advance(1000);
  expect(await orphansOf(stack)).toMatchObject({
    isComplete: true,
    orphans: [
      {
        ...{ kind: 'eta', id: 'late', task: 'gwexample.analyses.tasks.fibonacci', sinceMs: nowMs },
        text: expect.stringMatching(/^Its eta is over, and no worker has taken it from celery\./),
      },
    ],
  });
  await stack.follower.stop();
});

test('a task that the table knows was delivered: it runs, has ended, or waits for a retry', async () => {
  const { stack } = await stackWithWaiting(async (ids) => ids.map((id) => ({ id, ...summary })));
  await stack.system.advance(61_000);
  expect((await orphansOf(stack)).orphans).toEqual([]);
  await stack.follower.stop();
});

test('a chord names the members that it misses', async () => {
  const chord = { kind: 'chord', id: 'g', task: null, sinceMs: 5, worker: null, counted: 1 } as const;
  const stack = createMemoryStack({ orphanScan: { list: async () => ({ orphans: [chord], isComplete: false }) } });
  stack.store.readGroup = async () => [
    ['g', null],
    [
      [['a', null], null],
      [['b', null], null],
    ],
  ];
  stack.store.countedMembers = async () => new Set(['a']);
  expect(await orphansOf(stack)).toMatchObject({
    isComplete: false,
    orphans: [{ kind: 'chord', text: expect.stringContaining('1 of 2 members: its body waits for b.') }],
  });
  await stack.follower.stop();
});
