/** A task as the result backend knows it. A field is null if it is not recorded. */
export interface TaskInfo {
  readonly id: string;
  readonly name: string | null;
  /** The node name of the worker that runs it. */
  readonly hostname: string | null;
  /** The process id of that worker. */
  readonly workerPid: number | null;
  /** The start time in seconds since 1970, as in Celery's replies. */
  readonly timeStart: number | null;
  /**
   * The positional arguments. A text in Python's form if they are larger than 512 bytes, or hidden by the sender (Celery's
   * `argsrepr`).
   */
  readonly args: readonly unknown[] | string | null;
  /** The keyword arguments; a text in Python's form as for `args`. */
  readonly kwargs: Readonly<Record<string, unknown>> | string | null;
  /** Whether the message was deleted before the task ran (`acksLate: false`). */
  readonly acknowledged: boolean;
  /** `routingKey`: the Celery name of the queue. `redelivered`: SQS has delivered the message more than once. */
  readonly deliveryInfo: {
    readonly exchange: string;
    readonly routingKey: string;
    readonly priority: number;
    readonly redelivered: boolean;
  } | null;
  /** The stored state, such as STARTED, or a state that the task has stored with `updateState`. */
  readonly state: string;
}

/** A task that waits for its retry. */
export interface ScheduledTask {
  /** The earliest time of the retry, ISO 8601. */
  readonly eta: string | null;
  readonly request: TaskInfo;
}

/** The numbers of messages in a queue, as SQS approximates them. */
export interface QueueCounts {
  /** The Celery name of the queue. */
  readonly name: string;
  /** SQS ApproximateNumberOfMessages: messages that can be received. */
  readonly ready: number;
  /** SQS ApproximateNumberOfMessagesNotVisible: messages that are received, and neither deleted nor visible again. */
  readonly inFlight: number;
  /** SQS ApproximateNumberOfMessagesDelayed: messages that cannot be received yet, such as those with an eta. */
  readonly delayed: number;
}

/** A queue and its dead-letter queue. */
export interface QueueStats extends QueueCounts {
  /** Null if the queue has no dead-letter queue. */
  readonly deadLetters: QueueCounts | null;
}

export interface WorkerStats {
  /** `url`: the broker URL, with its password masked. */
  readonly broker: { readonly transport: string; readonly url: string };
  readonly queues: readonly QueueStats[];
}

/**
 * Reads the queues and the table. No worker must be running. `active`, `scheduled` and `revoked` scan the whole table,
 * which costs half a read unit for each 4 KB. If the table is too large to be scanned, they return a part of the tasks, and
 * emit a warning.
 */
export interface Inspect {
  /** Returns the tasks that are running. */
  active(): Promise<readonly TaskInfo[]>;
  /** Returns the tasks that wait for a retry. Tasks that wait for their eta are in the queue; `stats` counts them. */
  scheduled(): Promise<readonly ScheduledTask[]>;
  /** Returns the ids of the tasks that were revoked or have expired, until their items expire in the table. */
  revoked(): Promise<readonly string[]>;
  /** Returns these tasks by id, each with its phase: `active`, `scheduled` or `ready`. Unknown tasks are left out. */
  queryTask(
    ...ids: readonly string[]
  ): Promise<ReadonlyMap<string, readonly ['active' | 'scheduled' | 'ready', TaskInfo]>>;
  /** Returns the names of the deployed tasks. Throws an Error in a client, which does not know the registry. */
  registered(): Promise<readonly string[]>;
  /** Returns the message counts of the queues. */
  stats(): Promise<WorkerStats>;
  /** Returns the settings that plugins have changed; with `withDefaults` all settings. Passwords are masked. */
  conf(options?: { readonly withDefaults?: boolean }): Promise<Readonly<Record<string, unknown>>>;
}

export interface RevokeOptions {
  /** Terminates the thread of a running task, even if the task does not read `this.canceled`. @default false */
  readonly terminate?: boolean;
}

/** Remote control, as Celery's `app.control`. It works on the queues and the table: no worker must be running. */
export interface Control {
  /** Revokes tasks by id: they do not start, or, if they run, `this.canceled` becomes true in them. */
  revoke(id: string | readonly string[], options?: RevokeOptions): Promise<void>;
  /**
   * Revokes all tasks that have one of these stamps, including tasks that are sent later.
   *
   * @example await app.control.revokeByStampedHeaders({ trace: ['t-1', 't-2'] })
   */
  revokeByStampedHeaders(stamps: Readonly<Record<string, unknown>>, options?: RevokeOptions): Promise<void>;
  /** Resolves if the queues and the table can be read. Throws the error of the failed request otherwise. */
  ping(): Promise<'pong'>;
  /** Returns the commands that read queues and table. */
  inspect(): Inspect;
  /**
   * Executes a command by Celery's name, with its arguments in camelCase. Returns the replies in Celery's form: a list of
   * objects from node name to reply.
   */
  broadcast(
    command: string,
    args?: Readonly<Record<string, unknown>>,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}
