import type { RunRecord, StoredRuns } from 'girder-worker/internal/operations';
import { createRelatives } from './relatives.ts';
import { type TaskEntry, withRun } from './taskEntry.ts';

/** The tasks of the history that the dashboard keeps in memory. */
export interface TaskWindow {
  /** Adds the runs of writes; those that were added before are left out. Returns how many are new. */
  add(writes: readonly StoredRuns[]): number;
  get(id: string): TaskEntry | undefined;
  /** The tasks, the ones that were received last first. */
  all(): readonly TaskEntry[];
  /**
   * The tasks of the canvas of a task: those with the same root or group, what follows them, and what they follow. The members of a chord
   * have no root in common if a client has sent it.
   */
  canvas(id: string): readonly TaskEntry[];
  readonly size: number;
  /** When the oldest task was received, in ms since 1970; null if there is none. */
  readonly oldestMs: number | null;
  /** Whether tasks were dropped because there are more than the window keeps. */
  readonly isFull: boolean;
}

export function createTaskWindow(maxTasks: number): TaskWindow {
  const entries = new Map<string, TaskEntry>();
  const relatives = createRelatives();
  let sorted: TaskEntry[] | undefined = [];
  let isFull = false;

  const addRun = (record: RunRecord): boolean => {
    const before = entries.get(record.id);
    const entry = withRun(before, record);
    if (entry === before) return false;
    entries.set(record.id, entry);
    relatives.add(entry);
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
    for (const entry of all().slice(Math.floor(maxTasks * 0.9))) {
      entries.delete(entry.row.id);
      relatives.remove(entry);
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
    canvas: (id) => relatives.of(id).flatMap((relative) => entries.get(relative) ?? []),
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
