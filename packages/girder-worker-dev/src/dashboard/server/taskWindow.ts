import type { RunRecord, StoredRuns } from 'girder-worker/internal/operations';
import { type TaskEntry, withRun } from './taskEntry.ts';

/** The tasks of the history that the dashboard keeps in memory. */
export interface TaskWindow {
  /** Adds the runs of writes; those that were added before are left out. Returns how many are new. */
  add(writes: readonly StoredRuns[]): number;
  get(id: string): TaskEntry | undefined;
  /** The tasks, the ones that were received last first. */
  all(): readonly TaskEntry[];
  /** The tasks of a canvas. */
  ofRoot(rootId: string): readonly TaskEntry[];
  readonly size: number;
  /** When the oldest task was received, in ms since 1970; null if there is none. */
  readonly oldestMs: number | null;
  /** Whether tasks were dropped because there are more than the window keeps. */
  readonly isFull: boolean;
}

export function createTaskWindow(maxTasks: number): TaskWindow {
  const entries = new Map<string, TaskEntry>();
  const roots = new Map<string, Set<string>>();
  let sorted: TaskEntry[] | undefined = [];
  let isFull = false;

  const addRun = (record: RunRecord): boolean => {
    const before = entries.get(record.id);
    const entry = withRun(before, record);
    if (entry === before) return false;
    entries.set(record.id, entry);
    const ofRoot = roots.get(record.rootId);
    if (ofRoot) ofRoot.add(record.id);
    else roots.set(record.rootId, new Set([record.id]));
    sorted = undefined;
    return true;
  };

  const all = (): readonly TaskEntry[] => {
    sorted ??= [...entries.values()].sort((a, b) => b.row.receivedMs - a.row.receivedMs);
    return sorted;
  };

  /** Drops a tenth more than it must, because it sorts all. */
  const drop = (): void => {
    if (entries.size <= maxTasks) return;
    isFull = true;
    for (const { row } of all().slice(Math.floor(maxTasks * 0.9))) {
      entries.delete(row.id);
      const ofRoot = roots.get(row.rootId);
      ofRoot?.delete(row.id);
      if (ofRoot?.size === 0) roots.delete(row.rootId);
    }
    sorted = undefined;
  };

  return {
    add(writes) {
      const added = writes.flatMap(({ records }) => records).filter(addRun).length;
      drop();
      return added;
    },
    get: (id) => entries.get(id),
    all,
    ofRoot: (rootId) => [...(roots.get(rootId) ?? [])].flatMap((id) => entries.get(id) ?? []),
    get size() {
      return entries.size;
    },
    get oldestMs() {
      return all().at(-1)?.row.receivedMs ?? null;
    },
    get isFull() {
      return isFull;
    },
  };
}
