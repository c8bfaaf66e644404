import type { ResultTuple, StoredOrphan } from 'girder-worker/internal/operations';
import type { Orphan, Orphans } from '../data.ts';
import type { DashboardStack } from './stack.ts';

/** How long a task may be late before it is an orphan, in ms: the delays of SQS, and the ten seconds after which the history has a run. */
const lateAfterMs = 60_000;

/** The most late tasks that are told. */
const maxLate = 1000;

/** The most missing members that a sentence names. */
const maxNamed = 5;

/** Resolves to work that is stuck, with a sentence about each. Scans the result table. */
export async function orphansOf(stack: DashboardStack): Promise<Orphans> {
  const [{ orphans, isComplete }, late] = await Promise.all([stack.orphanScan.list(), lateTasks(stack)]);
  const described = await Promise.all(orphans.map((orphan) => describe(stack, orphan)));
  const sorted = [...described, ...late].sort((a, b) => (a.sinceMs ?? 0) - (b.sinceMs ?? 0));
  return { orphans: sorted, isComplete, readMs: stack.system.now() };
}

/** Tasks whose eta is over, and of which neither history nor table knows more: their message was not delivered again. */
async function lateTasks({ window, follower, taskScan, system }: DashboardStack): Promise<readonly Orphan[]> {
  await follower.current();
  const late = window
    .all()
    .filter(({ row, runs }) => row.state === 'SCHEDULED' && runs.at(-1)!.dueMs! < system.now() - lateAfterMs)
    .slice(0, maxLate);
  const known = new Set((await taskScan.find(late.map(({ row }) => row.id))).map(({ id }) => id));
  return late
    .filter(({ row }) => !known.has(row.id))
    .map(({ row, runs }) => ({
      ...{ kind: 'eta' as const, id: row.id, task: row.task, sinceMs: runs.at(-1)!.dueMs },
      text: `Its eta is over, and no worker has taken it from ${row.queue}. Look whether the queue is consumed, and how many messages wait there. If its message is lost, send the task again.`,
    }));
}

async function describe(stack: DashboardStack, orphan: StoredOrphan): Promise<Orphan> {
  const { kind, id, sinceMs, worker } = orphan;
  const task = orphan.task ?? stack.window.get(id)?.row.task ?? null;
  switch (kind) {
    case 'claim':
      return {
        ...{ kind, id, task, sinceMs },
        text: `${worker ?? 'Its worker'} did not end the task and does not run it any more: it died, or was killed. The task runs again when SQS delivers its message again. If its queue has no such message, send the task again.`,
      };
    case 'retry':
      return {
        ...{ kind: 'eta' as const, id, task, sinceMs },
        text: 'Its retry is due, and no worker has taken it. Look whether its queue is consumed, and how many messages wait there. If its message is lost, send the task again.',
      };
    case 'chord': {
      const text = await describeChord(stack, orphan);
      return { ...{ kind, id, task, sinceMs }, text };
    }
  }
}

async function describeChord({ store }: DashboardStack, { id, counted }: StoredOrphan): Promise<string> {
  const [group, known] = await Promise.all([store.readGroup(id), store.countedMembers(id)]);
  if (group === undefined)
    return `The chord has counted ${counted} members, and its group is gone: its body will not run.`;
  const members = leavesOf(group);
  const missing = members.filter((member) => !known.has(member));
  const named = missing.slice(0, maxNamed).join(', ');
  const more = missing.length > maxNamed ? ` and ${missing.length - maxNamed} more` : '';
  return `The chord has counted ${counted} of ${members.length} members: its body waits for ${named}${more}. Open these tasks to see what they wait for.`;
}

/** The ids of the tasks in a group, and in the groups in it. */
function leavesOf([[id], members]: ResultTuple): readonly string[] {
  return members === null ? [id] : members.flatMap(leavesOf);
}
