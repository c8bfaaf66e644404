/** What the table shows of work that is stuck, or may be. */
export interface StoredOrphan {
  /**
   * `claim`: the lease of a claim is over, and its task has not ended. `retry`: a retry is due for some time, and no worker has taken its
   * message. `chord`: a chord counts no member for some time, and is not complete.
   */
  readonly kind: 'claim' | 'retry' | 'chord';
  /** The task id; of a chord the id of its group. */
  readonly id: string;
  /** The task's name; null if the item does not have it. */
  readonly task: string | null;
  /** When the lease ended, the retry was due, or the last member was counted; in ms since 1970. */
  readonly sinceMs: number;
  /** The node name of the worker that had the claim; null for the other kinds, and if the claim does not tell. */
  readonly worker: string | null;
  /** How many members the chord has counted; null for the other kinds. */
  readonly counted: number | null;
}

/** Finds stuck work. Scans the whole table, up to the limits of `TaskScan`: it is meant for people. */
export interface OrphanScan {
  /** `isComplete` is false if the limits of the scan were reached. */
  list(): Promise<{ readonly orphans: readonly StoredOrphan[]; readonly isComplete: boolean }>;
}

/** How long a retry may be late, and a chord may count no member, before it is an orphan, in ms. */
export const orphanAfterMs = { retry: 60_000, chord: 15 * 60_000 } as const;
