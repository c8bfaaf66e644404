/** What the table knows about one task. */
export interface TaskSummary {
  readonly id: string;
  /** Celery's state; PENDING if the item has none. */
  readonly state: string;
  /** `active`: a worker holds a claim. `scheduled`: the task waits for its retry. `ready`: neither. */
  readonly phase: 'active' | 'scheduled' | 'ready';
  /** The task's name; null if the item does not have it. */
  readonly task: string | null;
  /** The worker that runs the task; null unless the state is STARTED. */
  readonly worker: { readonly pid: number; readonly hostname: string } | null;
  /** When the task was claimed, in ms since 1970; null unless the state is STARTED. */
  readonly startedMs: number | null;
  /** When the retry is due, in ms since 1970; null unless the task waits for one. */
  readonly dueMs: number | null;
}

export interface TaskList {
  readonly tasks: readonly TaskSummary[];
  /** False if the limits of the scan were reached, so that tasks may be missing. */
  readonly isComplete: boolean;
}

/**
 * Finds tasks whose ids are not known. `list` scans the whole table, up to `scanLimits`, at half a read unit per 4 KB: it
 * is meant for people, not for programs that poll.
 */
export interface TaskScan {
  /** `revoked` lists tasks that were revoked or have expired, including those that are running. */
  list(which: 'active' | 'scheduled' | 'revoked'): Promise<TaskList>;
  /** Reads tasks by id; ids without an item are left out. */
  find(ids: readonly string[]): Promise<readonly TaskSummary[]>;
}

/** The most that `list` returns and reads. A page has up to 1 MB. */
export const scanLimits = { tasks: 1000, pages: 64 } as const;
