import type { RevokeOptions } from './remoteControl.ts';

export type TaskState = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED' | (string & {});

export interface GetOptions {
  /** @default no limit */
  readonly timeoutMs?: number;
  /** The longest pause between two looks. @default 500 */
  readonly intervalMs?: number;
}

/** A handle on a task that was sent: asks the result backend, and only when it is asked. */
export interface AsyncResult<R> {
  readonly id: string;
  /** What was sent before it for its sake: the step before in a chain, the header of a chord; null otherwise. */
  readonly parent: AnyResult | null;
  /**
   * Waits for the task to end, and gives what it returned.
   *
   * Throws what the task threw: an Error with the name and message of the original, TaskRevokedError for a revoked
   * task, and an Error named TimeoutError when `timeoutMs` has passed.
   */
  get(options?: GetOptions): Promise<R>;
  state(): Promise<TaskState>;
  /** Whether the task has ended, in whatever way. */
  ready(): Promise<boolean>;
  /** The stored value or error without waiting; undefined where there is none yet. */
  result(): Promise<R | Error | undefined>;
  /** What the task has sent itself, and what was linked to it: known when it has ended. */
  children(): Promise<readonly AnyResult[]>;
  /** Makes the task not run, or `this.canceled` true in it. */
  revoke(options?: RevokeOptions): Promise<void>;
  /** Forgets the result; a late duplicate of the message still does not run again. */
  forget(): Promise<void>;
}

/** Handles on the members of a group, in its order; `T` is the tuple of their results. */
export interface GroupResult<T extends readonly unknown[] = readonly unknown[]> {
  readonly id: string;
  readonly parent: AnyResult | null;
  readonly results: readonly AnyResult[];
  /**
   * Waits for all members to end, and gives what they returned.
   *
   * Throws what the first of those threw that have failed, and an Error named TimeoutError when `timeoutMs` has passed.
   */
  get(options?: GetOptions): Promise<T>;
  /** Whether all members have ended. */
  ready(): Promise<boolean>;
  /** How many members have succeeded. */
  completedCount(): Promise<number>;
  /** Makes the group restorable by its id, here and in Python. */
  save(): Promise<void>;
  /** Revokes all members. */
  revoke(options?: RevokeOptions): Promise<void>;
  /** Forgets the group, if it was saved, and the results of its members. */
  forget(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a handle on whatever it is; `unknown` is not enough for a tuple's length
export type AnyResult = AsyncResult<any> | GroupResult<any>;

/** What a handle gives. */
export type ValueOf<H> = H extends { get(options?: GetOptions): Promise<infer R> } ? R : never;
