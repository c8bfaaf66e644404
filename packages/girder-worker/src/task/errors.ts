/** Reasons for which a task ends in another way than by returning or failing; part of the public names of `girder-worker`. */

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
