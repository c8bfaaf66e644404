import type { RunRecord } from './runRecord.ts';

/** Where the records of runs are kept. */
export interface History {
  /** Stores the runs of an invocation, in as few writes as possible. Rejects if they were not stored, or only a part of them. */
  append(records: readonly RunRecord[]): Promise<void>;
  /**
   * Reads what was appended in a time, the last first; yields some records at a time. `fromMs` and `toMs` are the times at which they were
   * appended, which are up to some seconds after the ends of the runs. Rejects if the history does not exist.
   */
  read(range: { readonly fromMs: number; readonly toMs: number }): AsyncIterable<readonly StoredRuns[]>;
}

/** The runs of one write. */
export interface StoredRuns {
  /** Identifies the write. */
  readonly key: string;
  readonly appendedMs: number;
  readonly records: readonly RunRecord[];
}
