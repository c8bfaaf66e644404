/** Why the name of a task cannot be derived. */
export type TaskNameErrorCode =
  /** The library is part of a bundle, and so is the task: the files of its modules no longer exist. */
  | 'TASK_IN_BUNDLE'
  /** The file that defines the task belongs to no package that is a plugin: it is a bundle, or a program. */
  | 'MODULE_NOT_IN_PLUGIN'
  /** The plugin's package.json does not export the file that defines the task. */
  | 'MODULE_NOT_EXPORTED'
  /** The module that defines the task does not export it. */
  | 'TASK_NOT_EXPORTED'
  /** The module is still loading, and its source does not show under which name it will export the task. */
  | 'MODULE_NOT_LOADED';

/** The registered name of a task cannot be derived from its module. `code` is the reason; the message names the ways out. */
export class TaskNameError extends Error {
  override readonly name = 'TaskNameError';
  readonly code: TaskNameErrorCode;
  constructor(code: TaskNameErrorCode, functionName: string, reason: string) {
    super(`The name of the task "${functionName || 'anonymous'}" cannot be derived: ${reason}`);
    this.code = code;
  }
}
