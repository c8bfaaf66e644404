import { AsyncLocalStorage } from 'node:async_hooks';

/** A message that is about to be published, as far as a `BeforePublish` needs it. */
export interface UnpublishedMessage {
  readonly task: string;
  readonly id: string;
  readonly args?: readonly unknown[] | undefined;
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** Options of the call that are no part of the message. */
  readonly publishOptions?: Readonly<Record<string, unknown>> | undefined;
  /** When it is due, in ISO 8601. */
  readonly eta?: string | null | undefined;
  /** Where it goes: the routing key is Celery's name of the queue. */
  readonly deliveryInfo?: { readonly routingKey: string } | undefined;
}

/** Prepares messages before they are published, as a handler of Celery's signal `before_task_publish`. Must not reject. */
export type BeforePublish = <M extends UnpublishedMessage>(messages: readonly M[]) => Promise<readonly M[]>;

/** The running task, as far as the messages that it sends need it. */
export interface RunningTask {
  readonly rootId: string;
  /** The name of the running task, for log lines. */
  readonly task: string;
  /** The id of the running task, which is the parent of the tasks that it sends. */
  readonly parentId: string;
  /** The results of the tasks that it has sent, in Celery's form (`as_tuple`). The client appends to it. */
  readonly children: unknown[];
  /** Identifies the run: two runs of one task have different objects. */
  readonly runtime: object;
  /** Prepares the messages that it sends. */
  beforePublish?: BeforePublish | undefined;
  /** Takes the messages that it sends, in a test: they are not published. */
  readonly record?: ((messages: readonly UnpublishedMessage[]) => void) | undefined;
}

const storage = new AsyncLocalStorage<RunningTask>();

/** Calls a function. During the call, and in all that it awaits, `runningTask` returns this task. */
export function runAs<R>(current: RunningTask, fn: () => R): R {
  return storage.run(current, fn);
}

/** The task whose code calls this; undefined outside of a task. */
export function runningTask(): RunningTask | undefined {
  return storage.getStore();
}
