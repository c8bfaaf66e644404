import type { Control } from './control.ts';
import type { AnyResult, AsyncResult, GroupResult } from './result.ts';
import type { Canvas, Signature } from './signature.ts';

export type { Control } from './control.ts';
export type { AnyResult, AsyncResult, GetOptions, GroupResult, TaskState } from './result.ts';

/** How one call differs from what the task says of itself; Celery's `apply_async` options in camelCase. */
export interface ApplyOptions {
  /** Python's keyword arguments, for tasks that are not called from TypeScript alone. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** The id of the task, which is the key of its result; of a chain that of its last step. @default a random UUID */
  readonly taskId?: string;
  readonly queue?: string;
  /** From 0, the lowest, to 9; SQS ignores it, but the task sees it. */
  readonly priority?: number;
  /** Seconds to wait before the task runs. */
  readonly countdown?: number;
  /** When the task is to run; ISO 8601 without an offset is read in the worker's own time zone. */
  readonly eta?: Date | string;
  /** After which the task is not run any more, but revoked: seconds from now, or a time. */
  readonly expires?: number | Date | string;
  /** Seconds after which the task is ended. */
  readonly timeLimit?: number;
  /** Seconds after which the task is asked to stop. */
  readonly softTimeLimit?: number;
  /** How often the task counts as retried already. @default 0 */
  readonly retries?: number;
  readonly ignoreResult?: boolean;
  /** A name that logs show instead of the task's own. */
  readonly shadow?: string;
  /** The sender's own headers: the task sees them as `this.request.headers`. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** The task sees them as `this.request.stamps`; tasks can be revoked by them. */
  readonly stamps?: Readonly<Record<string, unknown>>;
  /** Sent when the task has succeeded, with its result. */
  readonly link?: Signature | readonly Signature[];
  /** Sent when the task has failed, with its id. */
  readonly linkError?: Signature | readonly Signature[];
  readonly replyTo?: string;
  /** @default that of the task that sends, or the task itself */
  readonly rootId?: string;
  /** @default the task that sends, if it is one */
  readonly parentId?: string;
  /** Of a FIFO queue, messages of one group are run in order. @default 'default' */
  readonly messageGroupId?: string;
  /** Of a FIFO queue, a message that was sent in the last five minutes is not sent again. @default a random UUID */
  readonly messageDeduplicationId?: string;
  /** Lets SQS hold the message back, at most 900 seconds; not on FIFO queues. */
  readonly delaySeconds?: number;
}

/** The groups that were saved. */
export interface GroupResults {
  /** Undefined where no group of this id was saved. */
  restore(id: string): Promise<GroupResult | undefined>;
}

/** What an app needs to send tasks and to ask for results; implemented in `client/`. */
export interface TaskClient {
  /** `optionsOf` tells what a task says of itself, and where it goes by default. */
  canvas(optionsOf: (task: string) => ApplyOptions): Canvas;
  send(
    task: string,
    args: readonly unknown[],
    options: ApplyOptions,
    optionsOf: (task: string) => ApplyOptions,
  ): Promise<AnyResult>;
  result(id: string): AsyncResult<unknown>;
  readonly groups: GroupResults;
  readonly control: Control;
}
