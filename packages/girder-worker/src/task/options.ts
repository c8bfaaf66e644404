/** What can be said of a task where it is defined: Celery's task options in camelCase. */
export interface TaskOptions {
  /** The name under which the task is registered. @default import specifier and export name, dotted */
  readonly name?: string;
  /** Leave no result: a client that asks sees PENDING. @default false */
  readonly ignoreResult?: boolean;
  /** The Celery queue to which clients send the task. @default app.config.taskDefaultQueue */
  readonly queue?: string;
}
