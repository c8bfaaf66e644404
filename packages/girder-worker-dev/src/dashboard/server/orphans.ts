import type { ResultTuple, StoredOrphan } from 'girder-worker/internal/operations';
import type { Orphan, Orphans } from '../data.ts';
import type { DashboardStack } from './stack.ts';

/** The most missing members that a sentence names. */
const maxNamed = 5;

/** Resolves to work that is stuck, with a sentence about each. Scans the result table. */
export async function orphansOf(stack: DashboardStack): Promise<Orphans> {
  const { orphans, isComplete } = await stack.orphanScan.list();
  const described = await Promise.all(orphans.map((orphan) => describe(stack, orphan)));
  const sorted = described.sort((a, b) => (a.sinceMs ?? 0) - (b.sinceMs ?? 0));
  return { orphans: sorted, isComplete, readMs: stack.system.now() };
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
