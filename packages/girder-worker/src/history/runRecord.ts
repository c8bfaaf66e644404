import type { Outcome } from '../outcome/outcome.ts';

/** What the history knows about one run: one delivery of the message of a task, and how it ended. Times are in ms since 1970. */
export interface RunRecord {
  /** The task id. */
  readonly id: string;
  readonly task: string;
  readonly state: RunState;
  readonly rootId: string;
  readonly parentId: string | null;
  /** Celery's id of the group that the task is a member of. */
  readonly group: string | null;
  /** The name of the queue, by which its sender knows it. */
  readonly queue: string;
  /** The node name of the worker, or of the function. */
  readonly worker: string;
  /** Of the invocation. */
  readonly requestId: string;
  readonly receivedMs: number;
  /** When a thread took the task; null if the run ended before. */
  readonly startedMs: number | null;
  readonly endedMs: number;
  readonly retries: number;
  /** How often SQS had delivered the message, this time included. */
  readonly receiveCount: number;
  /** The size of the message's body. */
  readonly sizeBytes: number;
  /** As Celery's `argsrepr` and `kwargsrepr`, without the values of secrets, and cut where the history has no space for more. */
  readonly args: string;
  readonly kwargs: string;
  /** The exception of a failure or of a retry, or why the task was revoked or returned; null for any other end. */
  readonly error: string | null;
  /** When the retry, or the task that waits for its eta, is due; null for any other end. */
  readonly dueMs: number | null;
  /** The tasks that the message names to follow its own. */
  readonly follows: readonly FollowingTask[];
}

/**
 * How a run ended: the state of its outcome; or SCHEDULED if the eta of the message has not come; or ABANDONED if its outcome was not stored, so that the message is delivered again; or DUPLICATE
 * if the task had ended before the message was delivered.
 */
export type RunState = Outcome['state'] | 'SCHEDULED' | 'ABANDONED' | 'DUPLICATE';

/** A task that a message names to follow its own: `chain` is the next step of a chain, `chord` the body of the chord of which it is a member. */
export interface FollowingTask {
  readonly kind: 'callback' | 'errback' | 'chain' | 'chord';
  /** Null if the sender has not assigned one: the worker does when it sends the task. */
  readonly id: string | null;
  readonly task: string;
}
