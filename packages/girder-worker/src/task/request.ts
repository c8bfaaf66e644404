/** The message of the running task, as Celery's `Task.request`. */
export interface TaskRequest {
  /** The name of the task. */
  readonly task: string;
  /** The id of the task, which is the key of its result. */
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** The number of retries so far; 0 in the first run. */
  readonly retries: number;
  /** The earliest start, as the ISO 8601 string of the sender; null if there is none. */
  readonly eta: string | null;
  /** The latest start, as the ISO 8601 string of the sender; null if there is none. */
  readonly expires: string | null;
  /** The id of the group that the task is a member of; null if there is none. */
  readonly group: string | null;
  /** The position in the group, from 0; null if there is no group. */
  readonly groupIndex: number | null;
  /** The id of the first task of the workflow; its own id in that task. */
  readonly rootId: string;
  /** The id of the task that sent this one; null if a client did. */
  readonly parentId: string | null;
  readonly correlationId: string;
  /** The address for replies of the client that sent it; null if there is none. */
  readonly replyTo: string | null;
  /** The limits of this call in seconds; null if the call sets none. */
  readonly timelimit: { readonly hardSeconds: number | null; readonly softSeconds: number | null };
  /** From 0 (lowest) to 9. */
  readonly priority: number;
  /** The name that logs show instead of the task's name; null if there is none. */
  readonly shadow: string | null;
  readonly ignoreResult: boolean;
  /** The values of the stamps by name. */
  readonly stamps: Readonly<Record<string, unknown>>;
  /** The names of the stamps. */
  readonly stampedHeaders: readonly string[];
  /**
   * The queue that the message came from: `routingKey` is its Celery name. `redelivered`: SQS has delivered the message
   * before, so that an earlier run may have done a part of the work.
   */
  readonly deliveryInfo: { readonly exchange: string; readonly routingKey: string; readonly redelivered: boolean };
  /** The headers that the sender added with the option `headers`. */
  readonly headers: Readonly<Record<string, unknown>>;
}
