/** A result as Celery's `as_tuple` gives it: a task `[[id, parent], null]`, a group `[[id, parent], members]` (wire specification §3). */
export type ResultTuple = readonly [
  readonly [id: string, parent: ResultTuple | null],
  members: readonly ResultTuple[] | null,
];

/** An exception as it was stored, by a worker of whatever language. */
export interface StoredException {
  readonly type: string;
  readonly module: string | null;
  readonly args: readonly unknown[];
}

/** What an extended result tells of the message (Celery's `result_extended`). */
export interface StoredRequest {
  readonly name: string;
  readonly args: readonly unknown[] | null;
  readonly kwargs: Readonly<Record<string, unknown>> | null;
  /** The worker's host name. */
  readonly worker: string | null;
  readonly retries: number | null;
  readonly queue: string | null;
  readonly stamps: Readonly<Record<string, unknown>>;
}

/** A stored result as its reader needs it. */
export interface StoredResult {
  /** Celery's state; whatever `updateState` was given, too. */
  readonly state: string;
  /** The value that the task returned, or what a state that is not final tells; null where there is an exception. */
  readonly result: unknown;
  readonly exception: StoredException | null;
  readonly traceback: string | null;
  /** The tasks and groups that the task has sent; null where the writer did not say, as clients that revoke. */
  readonly children: readonly ResultTuple[] | null;
  /** When the task ended, as it was written: ISO 8601; null where it has not. */
  readonly dateDone: string | null;
  readonly group: string | null;
  readonly parentId: string | null;
  /** Null where the result is not an extended one. */
  readonly request: StoredRequest | null;
}
