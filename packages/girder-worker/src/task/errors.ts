/** Ways in which a task ends other than by returning or failing; the public errors of `girder-worker`. */

/** The task was asked to stop while it ran, or before it began. */
export class TaskRevokedError extends Error {
  override readonly name = 'TaskRevokedError';
}

/** The work took longer than `softTimeLimit`; it may clean up until `timeLimit`. */
export class SoftTimeLimitExceeded extends Error {
  override readonly name = 'SoftTimeLimitExceeded';
}

/** The work took longer than `timeLimit`, and was ended. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';
}

/** The thread that ran the task is gone (exit, out of memory), and the task with it. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError';
}

/** There is no task of this name in the registry. */
export class NotRegistered extends Error {
  override readonly name = 'NotRegistered';
  readonly taskName: string;
  constructor(taskName: string) {
    super(taskName);
    this.taskName = taskName;
  }
}

/** A task was retried more often than `maxRetries` allows, and gave no error of its own. */
export class MaxRetriesExceededError extends Error {
  override readonly name = 'MaxRetriesExceededError';
}

/** The task is to be run again, later: `throw this.retry({ … })` makes it. */
export class Retry extends Error {
  override readonly name = 'Retry';
  /** When, in ms since 1970. */
  readonly etaMs: number;
  /** Why; stored with the state RETRY. */
  readonly exc: Error | undefined;
  constructor(message: string, etaMs: number, exc: Error | undefined) {
    super(message);
    this.etaMs = etaMs;
    this.exc = exc;
  }
}

/** The task wants nothing to be stored: `throw new Ignore()`. A state that it stored itself, with `updateState`, stays. */
export class Ignore extends Error {
  override readonly name = 'Ignore';
}

/** The task does not want its message: `throw new Reject('no GPU here', { requeue: true })` gives it to another worker. */
export class Reject extends Error {
  override readonly name = 'Reject';
  readonly reason: unknown;
  readonly requeue: boolean;
  constructor(reason: unknown = null, { requeue = false }: { readonly requeue?: boolean } = {}) {
    super(String(reason ?? ''));
    this.reason = reason;
    this.requeue = requeue;
  }
}

/** Another task runs in this one's place: `throw this.replace(signature)` makes it. */
export class Replaced extends Error {
  override readonly name = 'Replaced';
  readonly signature: unknown;
  constructor(signature: unknown) {
    super('The task has been replaced by another.');
    this.signature = signature;
  }
}
