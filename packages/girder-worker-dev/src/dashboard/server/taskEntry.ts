import type { FollowingTask, RunRecord } from 'girder-worker/internal/operations';
import type { RunRow, TaskRow } from '../data.ts';

/** A task of the history: its runs, oldest first, and what they tell in all. */
export interface TaskEntry {
  readonly row: TaskRow;
  readonly group: string | null;
  readonly runs: readonly RunRow[];
  readonly follows: readonly FollowingTask[];
  /** In lower case: what a search for text looks at. */
  readonly text: string;
}

/** Returns the entry with a run more, or `before` if that has the run already; undefined for the first one. Runs may come in any order. */
export function withRun(before: TaskEntry | undefined, record: RunRecord): TaskEntry {
  const run = runRowOf(record);
  if (before?.runs.some((known) => isSame(known, run))) return before;
  const runs = withoutHops([...(before?.runs ?? []), run].sort((a, b) => a.endedMs - b.endedMs));
  // A duplicate of a message tells nothing about its task.
  const isLast = runs.findLast(({ state }) => state !== 'DUPLICATE') === run;
  if (before !== undefined && !isLast) return { ...before, runs };
  const row = taskRowOf(record);
  const follows = before === undefined || record.follows.length > 0 ? record.follows : before.follows;
  const text = [row.id, row.task, row.args, row.kwargs, row.error ?? ''].join('\n').toLowerCase();
  return { row, group: record.group, runs, follows, text };
}

/** A run is identified by its invocation and its times: one invocation may get two deliveries of a task. */
function isSame(a: RunRow, b: RunRow): boolean {
  return a.requestId === b.requestId && a.endedMs === b.endedMs && a.receivedMs === b.receivedMs;
}

/** A message that waits is delivered every 15 minutes: the last of these deliveries tells as much as all. */
function withoutHops(runs: readonly RunRow[]): readonly RunRow[] {
  return runs.filter(({ state }, index) => state !== 'SCHEDULED' || runs[index + 1]?.state !== 'SCHEDULED');
}

function runRowOf(record: RunRecord): RunRow {
  const { task, state, worker, requestId, queue, receivedMs, startedMs, endedMs, retries } = record;
  const { receiveCount, sizeBytes, error, dueMs } = record;
  return {
    ...{ task, state, worker, requestId, queue, receivedMs, startedMs, endedMs, retries },
    ...{ receiveCount, sizeBytes, error, dueMs },
  };
}

function taskRowOf(record: RunRecord): TaskRow {
  const { id, task, state, queue, worker, receivedMs, startedMs, endedMs, retries, args, kwargs, error } = record;
  return {
    ...{ id, task, state, queue, worker, receivedMs, startedMs, endedMs, retries, args, kwargs, error },
    runtimeMs: startedMs === null ? null : endedMs - startedMs,
    rootId: record.rootId,
    parentId: record.parentId,
  };
}
