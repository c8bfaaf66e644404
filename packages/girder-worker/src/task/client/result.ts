import type { RevokeOptions } from './remoteControl.ts';

/**
 * Celery's states, and the states that tasks store with `this.updateState`. A running task is PENDING, or RETRY if it runs
 * again, unless it has the option `trackStarted`.
 */
export type TaskState = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED' | (string & {});

/** The ids of a result, of the results before it, and of the members of a group, in the form of Celery's `as_tuple`. */
export type IdTuple = readonly [readonly [id: string, parent: IdTuple | null], members: readonly IdTuple[] | null];

export interface GetOptions {
  /** The longest time to wait, in ms. @default no limit */
  readonly timeoutMs?: number;
  /** The longest delay between two polls, in ms. The first delay is 25 ms, and each delay doubles. @default 500 */
  readonly intervalMs?: number;
  /**
   * Called with each new state of the task, or of a member of the group, that a poll finds, also with the states that tasks
   * store with `this.updateState`. Celery's `on_message`. An error that it throws ends the waiting.
   */
  readonly onMessage?: (message: TaskMessage) => void;
}

/** A state of a task, as `get({ onMessage })` finds it. */
export interface TaskMessage {
  readonly taskId: string;
  readonly state: TaskState;
  /** The return value of a task that has succeeded; the meta of a state that a task has stored, such as its progress. */
  readonly result: unknown;
}

/**
 * A handle on the result of a task. It holds no value: each method reads the result backend. `R` is the type that the task
 * returns.
 *
 * @example
 * const result = await add.delay(1, 2);
 * await result.get({ timeoutMs: 30_000 }); // 3
 */
export interface AsyncResult<R> {
  /** The id of the task. */
  readonly id: string;
  /** The result of the step before it in a chain; of the body of a chord the header; null if there is none. */
  readonly parent: AnyResult | null;
  /**
   * Waits until the task has ended. Returns the value that the task returned.
   *
   * Throws the error of the task if it failed: an Error with the name, the message and the traceback of the original.
   * Throws TaskRevokedError if the task was revoked or has expired, and an Error named TimeoutError after `timeoutMs`.
   * Throws the error of a step before it in a chain, or of a member of the header before it, if that was revoked, has expired
   * or has failed: the task never runs then.
   */
  get(options?: GetOptions): Promise<R>;
  /** Returns the state. A task whose state is not stored, also one that does not exist, is PENDING. */
  state(): Promise<TaskState>;
  /** Returns whether the task has ended: its state is SUCCESS, FAILURE or REVOKED. */
  ready(): Promise<boolean>;
  /**
   * Returns what is stored, without waiting: the value of the task, its error, or, if it has not ended, the meta of the state
   * that it has stored with `this.updateState`, such as its progress; undefined or null if there is none.
   */
  info(): Promise<unknown>;
  /** Returns the value of the task, or its error, without waiting; undefined if the task has not ended. */
  result(): Promise<R | Error | undefined>;
  /**
   * Returns the results of the tasks that this task has sent, and of its callbacks and the next step of its chain. The list
   * is empty until the task has ended.
   */
  children(): Promise<readonly AnyResult[]>;
  /** Revokes the task: it does not start, or, if it runs, `this.canceled` becomes true in it. */
  revoke(options?: RevokeOptions): Promise<void>;
  /**
   * Deletes the stored result. A duplicate of the message that arrives later still does not run the task again. If something follows the
   * task, such as the next step of a chain, the table keeps the result for that, where no client reads it, until it deletes the item.
   */
  forget(): Promise<void>;
  /**
   * Returns the ids in the form of Celery's `as_tuple`: `[[id, parent], null]`. A task that returns a handle stores this, and
   * its client reads it as a list.
   */
  toJSON(): IdTuple;
}

/** A handle on the results of a group, in the order of its members. `T` is the tuple of the types that they return. */
export interface GroupResult<T extends readonly unknown[] = readonly unknown[]> {
  /** The id of the group. */
  readonly id: string;
  /** The result of the step before it in a chain; null if there is none. */
  readonly parent: AnyResult | null;
  /** The handles on the members. */
  readonly results: readonly AnyResult[];
  /**
   * Waits until all members have ended. Returns the values that they returned.
   *
   * Throws the error of a member as soon as one has failed, and an Error named TimeoutError after `timeoutMs`.
   */
  get(options?: GetOptions): Promise<T>;
  /** Returns whether all members have ended. */
  ready(): Promise<boolean>;
  /** Returns the number of members that have succeeded. */
  completedCount(): Promise<number>;
  /** Stores the group, so that `app.GroupResult.restore(id)` finds it, here and in Python. */
  save(): Promise<void>;
  /** Revokes all members. */
  revoke(options?: RevokeOptions): Promise<void>;
  /** Deletes the stored group and the results of its members. */
  forget(): Promise<void>;
  /** Returns the ids in the form of Celery's `as_tuple`: `[[id, parent], members]`. */
  toJSON(): IdTuple;
}

// biome-ignore lint/suspicious/noExplicitAny: a handle on any result; `unknown` is not assignable to the tuple of a group
export type AnyResult = AsyncResult<any> | GroupResult<any>;

/** The type of the value that is stored for what a task returns, or its promise: of a handle, its ids. */
export type StoredValue<R> = Awaited<R> extends AnyResult ? IdTuple : Awaited<R>;

/** The type of the value that a handle returns. */
export type ValueOf<H> = H extends { get(options?: GetOptions): Promise<infer R> } ? R : never;
