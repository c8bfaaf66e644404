/** What a task may know of the message that it answers; `this.request`, in Celery's terms. */
export interface TaskRequest {
  readonly task: string;
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** How often this task was retried; 0 on the first run. */
  readonly retries: number;
  /** ISO 8601 as the sender wrote it, or null. */
  readonly eta: string | null;
  /** ISO 8601 as the sender wrote it, or null. */
  readonly expires: string | null;
  readonly group: string | null;
  readonly groupIndex: number | null;
  readonly rootId: string;
  readonly parentId: string | null;
  readonly correlationId: string;
  readonly replyTo: string | null;
  readonly timelimit: { readonly hardSeconds: number | null; readonly softSeconds: number | null };
  readonly priority: number;
  readonly shadow: string | null;
  readonly ignoreResult: boolean;
  readonly stamps: Readonly<Record<string, unknown>>;
  readonly stampedHeaders: readonly string[];
  readonly deliveryInfo: { readonly exchange: string; readonly routingKey: string };
  /** The sender's own headers. */
  readonly headers: Readonly<Record<string, unknown>>;
}
