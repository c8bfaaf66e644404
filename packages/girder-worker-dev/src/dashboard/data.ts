/** What the server of the dashboard answers, and what its pages show: the types of the JSON at `/data/…` and `/actions/…`. Times are in ms since 1970. */

/** `GET /data/overview?minutes=60`, and each event `overview` of `GET /data/events?minutes=60` (server-sent events, every two seconds). */
export interface Overview {
  /** The names of broker, table and history table, as the page's header shows them. */
  readonly stack: { readonly broker: string; readonly backend: string; readonly region: string };
  readonly fromMs: number;
  readonly toMs: number;
  /** The length of an interval of `series`. */
  readonly stepMs: number;
  /** One value for each interval, oldest first. */
  readonly series: OverviewSeries;
  /** Tasks of the window by their last state. */
  readonly states: Readonly<Record<string, number>>;
  /** Task names with the most runs first, at most 50. */
  readonly tasks: readonly TaskStatistics[];
  readonly queues: readonly QueueFigures[];
  readonly history: HistoryStatus;
  /** Whether `girder-worker dashboard --actions` permits changes. */
  readonly hasActions: boolean;
}

export interface OverviewSeries {
  readonly atMs: readonly number[];
  readonly succeeded: readonly number[];
  readonly failed: readonly number[];
  readonly retried: readonly number[];
  readonly revoked: readonly number[];
  /** Runtimes of the runs that succeeded or failed, in ms; null where there is none. */
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
}

export interface TaskStatistics {
  readonly task: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  readonly revoked: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** The most frequent exception of its failures, such as `ValueError`. */
  readonly exception: string | null;
}

export interface QueueFigures {
  /** Celery's name of the queue. */
  readonly queue: string;
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Null if the queue has no dead-letter queue. */
  readonly deadLetters: number | null;
  /** Age of the oldest message in seconds; null where CloudWatch does not tell it, as on emulators. */
  readonly oldestSeconds: number | null;
  /** Why the figures could not be read; null if they were. */
  readonly fault: string | null;
}

/** What the dashboard has read of the history. */
export interface HistoryStatus {
  /** `off`: the table of the history does not exist. */
  readonly state: 'loading' | 'ready' | 'off' | 'failing';
  /** A sentence for people, if the state is `off` or `failing`. */
  readonly fault: string | null;
  readonly tasks: number;
  /** The oldest run that was read; null if there is none. */
  readonly oldestMs: number | null;
  /** False if there are more runs in the window than the dashboard keeps. */
  readonly isComplete: boolean;
}

/**
 * `GET /data/tasks?text=&id=&task=&state=&queue=&fromMs=&toMs=&sort=&order=&offset=0&limit=100`: one page of the tasks that match, the ones that were received last first. `text` is
 * looked for in id, name, arguments and error, without regard to case. `sort` is a `TaskSort`, `order` is `asc` or `desc`; without them, `received` and `desc`.
 */
export interface TaskPage {
  /** How many tasks match in all. */
  readonly total: number;
  readonly offset: number;
  readonly tasks: readonly TaskRow[];
  /** The names and states that occur, for the choices of the search. */
  readonly names: readonly string[];
  readonly states: readonly string[];
}

/** What a page of tasks is sorted by: the time of receipt, the runtime, the task's name, the state, the queue, or the number of retries. */
export type TaskSort = 'received' | 'runtime' | 'task' | 'state' | 'queue' | 'retries';

/** A task, as its runs tell it. */
export interface TaskRow {
  readonly id: string;
  readonly task: string;
  /** Celery's state after the last run. */
  readonly state: string;
  readonly queue: string;
  /** The node name of the worker, or of the function. */
  readonly worker: string;
  readonly receivedMs: number;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly runtimeMs: number | null;
  readonly retries: number;
  /** Reprs as Celery's, with redacted values. */
  readonly args: string;
  readonly kwargs: string;
  /** The exception: `ValueError("boom")`; or why the task was revoked or returned. */
  readonly error: string | null;
  readonly rootId: string;
  readonly parentId: string | null;
}

/** `GET /data/tasks/ID`; 404 if neither history nor result table know the task. */
export interface TaskDetail {
  readonly task: TaskRow;
  /** Its result in JSON, with redacted values; null if there is none. For a task that has not ended, the meta of its state, such as `{"current": 3, "total": 10}`. */
  readonly resultJson: string | null;
  readonly traceback: string | null;
  /** The state in the result table, which is newer than the history for a task that runs; null if the table has none. */
  readonly storedState: string | null;
  /** How far a running task is; null if it does not tell. */
  readonly progress: {
    readonly current: number | null;
    readonly total: number | null;
    readonly message: string | null;
  } | null;
  /** The runs, oldest first. */
  readonly runs: readonly RunRow[];
  readonly canvas: Canvas;
  /** Lines that the task logged, oldest first; null where log lines are not kept. */
  readonly log: readonly LogLine[] | null;
}

/** One delivery of the message of a task. */
export interface RunRow {
  readonly task: string;
  /** How it ended: SUCCESS, FAILURE, REVOKED, RETRY, REPLACED, IGNORED, REJECTED, RETURNED, ABANDONED, DUPLICATE, or SCHEDULED if its eta had not come. */
  readonly state: string;
  readonly worker: string;
  /** Lambda's request id, or that of the worker. */
  readonly requestId: string;
  readonly queue: string;
  readonly receivedMs: number;
  readonly startedMs: number | null;
  readonly endedMs: number;
  readonly retries: number;
  /** How often SQS had delivered the message. */
  readonly receiveCount: number;
  readonly sizeBytes: number;
  readonly error: string | null;
  /** When the retry, or the task that waits for its eta, is due. */
  readonly dueMs: number | null;
}

export interface LogLine {
  readonly atMs: number;
  readonly level: string;
  readonly text: string;
}

/** The tasks with the same root, and what led from one to the other. */
export interface Canvas {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  /** False if the canvas has more tasks than are shown. */
  readonly isComplete: boolean;
}

export interface CanvasNode {
  readonly id: string;
  readonly task: string;
  /** PENDING for a task that was not received yet. */
  readonly state: string;
  /** Celery's id of the group that it is a member of. */
  readonly group: string | null;
  /** The column of the drawing, 0 for the root. */
  readonly level: number;
}

export interface CanvasEdge {
  readonly from: string;
  readonly to: string;
  /** `child`: sent by the code of the task, such as the members of a group, or what a task calls. */
  readonly kind: 'child' | 'chain' | 'chord' | 'callback' | 'errback';
}

/** `GET /data/dead-letters?queue=NAME`. Reading them hides them from others for a moment, so that a page reads them only when it is asked to. */
export interface DeadLetterPage {
  readonly queue: string;
  readonly letters: readonly DeadLetterRow[];
}

export interface DeadLetterRow {
  readonly messageId: string;
  readonly taskId: string | null;
  readonly task: string | null;
  readonly sentMs: number;
  readonly code: string;
  readonly reason: string;
}

/** `GET /data/orphans`. It scans the result table, so that a page reads it only when it is asked to. */
export interface Orphans {
  readonly orphans: readonly Orphan[];
  /** False if only a part of the table was read. */
  readonly isComplete: boolean;
  readonly readMs: number;
}

export interface Orphan {
  /** A claim whose lease is over, a task that waits longer than its eta, a chord that misses members. */
  readonly kind: 'claim' | 'eta' | 'chord';
  readonly id: string;
  readonly task: string | null;
  readonly sinceMs: number | null;
  /** A sentence that says what is wrong, and what to do. */
  readonly text: string;
}

/**
 * `POST /actions/revoke`, `/actions/forget`, `/actions/send`, `/actions/dead-letters`, with the header `X-Girder-Worker-Token` that
 * `GET /data/session` tells, and a body of one of these types. 403 without `--actions`.
 */
export interface RevokeAction {
  readonly ids: readonly string[];
  readonly terminate: boolean;
}

export interface ForgetAction {
  readonly ids: readonly string[];
}

/** Sends a task again, with a new id. */
export interface SendAction {
  readonly task: string;
  readonly argsJson: string;
  readonly kwargsJson: string;
  readonly queue: string;
}

export interface DeadLetterAction {
  readonly queue: string;
  readonly messageIds: readonly string[];
  readonly action: 'replay' | 'delete';
}

/** The answer to each action. */
export interface ActionAnswer {
  /** A sentence that says what was done: `1 task revoked, 1 had already ended.` */
  readonly text: string;
  /** The id of the task that was sent. */
  readonly id?: string;
}

/** The answer to a request that failed, with its HTTP status. */
export interface Fault {
  readonly error: { readonly code: string; readonly message: string };
}

/** `GET /data/session`. */
export interface Session {
  /** Must be sent as the header `X-Girder-Worker-Token` with actions. */
  readonly actionToken: string;
  readonly hasActions: boolean;
}
