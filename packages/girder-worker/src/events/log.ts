/** Log lines for people. Implemented for terminals (`textLog.ts`), as JSON (`jsonLog.ts`) and, on Lambda, by Powertools' Logger. */
export interface Log {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
}

/**
 * What a line is about, for queries: the fields of the line in JSON (docs/logs.md). The text says the same to people, so a log in
 * text format shows only `data` and `traceback`.
 */
export interface LogFields {
  /** The name and the id of the task. */
  readonly task?: string | undefined;
  readonly id?: string | undefined;
  /** The state in which the line leaves the task: RECEIVED, SUCCESS, FAILURE, RETRY, REVOKED, … */
  readonly state?: string;
  readonly runtimeSeconds?: number;
  /** How often the task was retried before. */
  readonly retries?: number;
  /** The name of the SQS queue. */
  readonly queue?: string;
  /** The request id of the invocation; of a long-running worker, an id of this run of the message. */
  readonly requestId?: string;
  /** The node name of the worker. */
  readonly worker?: string;
  /** The exception of the task as in its line: `ValueError("boom")`. */
  readonly exception?: string;
  readonly traceback?: string;
  /** The fields that the task has given with its line. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}
