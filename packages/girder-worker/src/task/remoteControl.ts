/** What is known of a task that runs, waits for a retry or was asked about; null where nobody has written it down. */
export interface TaskInfo {
  readonly id: string;
  readonly name: string | null;
  /** The worker that runs it. */
  readonly hostname: string | null;
  readonly workerPid: number | null;
  /** When it began, in seconds since 1970, as Celery tells it. */
  readonly timeStart: number | null;
  /** Celery's state of the stored result, such as STARTED or one that the task has set itself. */
  readonly state: string;
}

/** A task that waits to be run again. */
export interface ScheduledTask {
  /** When it will run again, in ISO 8601. */
  readonly eta: string | null;
  readonly request: TaskInfo;
}

/** How many messages a queue has, in SQS's own approximation. */
export interface QueueCounts {
  readonly name: string;
  /** Messages that wait. */
  readonly ready: number;
  /** Messages that were delivered, and are neither acknowledged nor back. */
  readonly inFlight: number;
  /** Messages that are sent, but may not be delivered yet, such as those of an eta. */
  readonly delayed: number;
}

export interface QueueStats extends QueueCounts {
  readonly deadLetters: QueueCounts | null;
}

export interface WorkerStats {
  readonly broker: { readonly transport: string; readonly url: string };
  readonly queues: readonly QueueStats[];
}

/**
 * Looks at queue and table: no worker has to be alive. `active`, `scheduled` and `revoked` read the whole table, which
 * costs half a read unit per 4 KB of it, and tell by a warning where it was too large to be read as a whole.
 */
export interface Inspect {
  /** Tasks that are being run. */
  active(): Promise<readonly TaskInfo[]>;
  /** Tasks that wait for their retry. Those that wait for their eta are in the queue: `stats` counts them. */
  scheduled(): Promise<readonly ScheduledTask[]>;
  /** Ids of tasks that were revoked or have expired, as long as the table remembers them. */
  revoked(): Promise<readonly string[]>;
  /** What is known of these tasks: `active`, `scheduled` or `ready`; those that nobody knows are missing. */
  queryTask(
    ...ids: readonly string[]
  ): Promise<ReadonlyMap<string, readonly ['active' | 'scheduled' | 'ready', TaskInfo]>>;
  /** Names of the tasks that are deployed. Rejects where the registry was not given. */
  registered(): Promise<readonly string[]>;
  stats(): Promise<WorkerStats>;
  /** Settings that plugins have changed; all of them `withDefaults`. Passwords are not shown. */
  conf(options?: { readonly withDefaults?: boolean }): Promise<Readonly<Record<string, unknown>>>;
}

export interface RevokeOptions {
  /** Ends the thread of a task that runs, whether or not it looks at `this.canceled`. @default false */
  readonly terminate?: boolean;
}

/** Remote control, without a worker having to be alive. */
export interface Control {
  /** Makes tasks not run, or `this.canceled` true in them. */
  revoke(id: string | readonly string[], options?: RevokeOptions): Promise<void>;
  /** The same for all tasks that carry one of these stamps, now or later: `{ trace: ['t-1'] }`. */
  revokeByStampedHeaders(stamps: Readonly<Record<string, unknown>>, options?: RevokeOptions): Promise<void>;
  /** Resolves if queue and table can be reached, and rejects with what is wrong if not. */
  ping(): Promise<'pong'>;
  inspect(): Inspect;
  /** Carries out a command by Celery's name, arguments in camelCase, and gives the replies as Celery does: by node. */
  broadcast(
    command: string,
    args?: Readonly<Record<string, unknown>>,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}
