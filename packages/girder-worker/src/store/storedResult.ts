/**
 * A result in the form of Celery's `as_tuple` (docs/wire-format.md §3): a task is `[[id, parent], null]`, a group is
 * `[[id, parent], members]`.
 */
export type ResultTuple = readonly [
  readonly [id: string, parent: ResultTuple | null],
  members: readonly ResultTuple[] | null,
];

/** A stored exception, of a worker in any language. */
export interface StoredException {
  readonly type: string;
  readonly module: string | null;
  readonly args: readonly unknown[];
}

/** The fields that describe the message in an extended result (Celery's `result_extended`). */
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

/** A stored result, decoded. */
export interface StoredResult {
  /** Celery's state, or the one that was passed to `updateState`. */
  readonly state: string;
  /** The return value of the task, or the meta of a state that is not final; null if there is an exception. */
  readonly result: unknown;
  readonly exception: StoredException | null;
  readonly traceback: string | null;
  /** The tasks and groups that the task has sent; null if the writer did not store them, such as a client that revokes. */
  readonly children: readonly ResultTuple[] | null;
  /** When the task ended, in ISO 8601 as it was stored; null if it has not. */
  readonly dateDone: string | null;
  readonly group: string | null;
  readonly parentId: string | null;
  /** Null if the result is not an extended one. */
  readonly request: StoredRequest | null;
}
