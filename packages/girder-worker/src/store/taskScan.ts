/** What the table knows of a task that somebody asks about. */
export interface TaskSummary {
  readonly id: string;
  /** Celery's state, or PENDING where nothing is told. */
  readonly state: string;
  /** `active`: somebody holds a claim on it. `scheduled`: it waits for its retry. `ready`: neither. */
  readonly phase: 'active' | 'scheduled' | 'ready';
  /** Null where the item does not tell. */
  readonly task: string | null;
  /** Who runs it; null unless it is STARTED. */
  readonly worker: { readonly pid: number; readonly hostname: string } | null;
  /** When it was claimed, in ms since 1970; null unless it is STARTED. */
  readonly startedMs: number | null;
  /** When its retry is due, in ms since 1970; null unless it waits for one. */
  readonly dueMs: number | null;
}

export interface TaskList {
  readonly tasks: readonly TaskSummary[];
  /** False where the table was read only in part, as it is large, or there are more than `censusLimits.tasks`. */
  readonly isComplete: boolean;
}

/**
 * Finds tasks without knowing their ids. Listing reads the whole table, at half a read unit per 4 KB, page by page, up to
 * `censusLimits`: it is for people and not for programs that ask every second.
 */
export interface TaskScan {
  /** `revoked` are those that were revoked or have expired, whether they run or not. */
  list(which: 'active' | 'scheduled' | 'revoked'): Promise<TaskList>;
  /** Of those that the table knows. */
  find(ids: readonly string[]): Promise<readonly TaskSummary[]>;
}

/** The most that one listing gives, and reads: a page has up to 1 MB. */
export const scanLimits = { tasks: 1000, pages: 64 } as const;
