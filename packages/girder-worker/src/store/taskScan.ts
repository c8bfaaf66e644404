/** What Celery's `inspect` shows of a request, as far as the message and its delivery tell it. */
export interface ClaimedRequest {
  /** A list, or a text in Python's form if the list is too large, or hidden by the sender (Celery's `argsrepr`). */
  readonly args: unknown;
  /** An object, or a text as for `args`. */
  readonly kwargs: unknown;
  /** Whether the message is deleted before the task runs. */
  readonly acknowledged: boolean;
  readonly deliveryInfo: {
    readonly exchange: string;
    readonly routingKey: string;
    readonly priority: number;
    readonly redelivered: boolean;
  };
}

/** What the table knows about one task. */
export interface TaskSummary {
  readonly id: string;
  /** Celery's state; PENDING if the item has none. */
  readonly state: string;
  /** `active`: a worker holds a claim. `scheduled`: the task waits for its retry. `ready`: neither. */
  readonly phase: 'active' | 'scheduled' | 'ready';
  /** The task's name; null if the item does not have it. */
  readonly task: string | null;
  /** The worker that runs the task; null unless it is active. */
  readonly worker: { readonly pid: number; readonly hostname: string } | null;
  /** When the task was claimed, in ms since 1970; null unless it is active. */
  readonly startedMs: number | null;
  /** The request of the last claim; null after the task has ended, and if the claim did not store one. */
  readonly request: ClaimedRequest | null;
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
