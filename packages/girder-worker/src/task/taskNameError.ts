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

const setName = "set a name where the task is defined: app.task({ name: 'my.task' }, …)";

const reasons: Readonly<Record<TaskNameErrorCode, (file: string) => string>> = {
  TASK_IN_BUNDLE: () =>
    `it was bundled, and the name derives from the module that defines it. Leave the plugin and girder-worker out of the bundle (esbuild: --packages=external), send the task by its name: app.sendTask<typeof task>('plugin.tasks.task', [ … ]) with "import type", or ${setName}.`,
  MODULE_NOT_IN_PLUGIN: (file) =>
    `the file ${file} belongs to no plugin: no package.json above it has "entry_points" or the peer dependency girder-worker. If the file is a bundle, leave the plugin out of it (esbuild: --packages=external), or send the task by its name: app.sendTask<typeof task>('plugin.tasks.task', [ … ]) with "import type". Otherwise ${setName}.`,
  MODULE_NOT_EXPORTED: (file) =>
    `no package exports its module ${file}. Add the module to "exports" in package.json, or ${setName}.`,
  TASK_NOT_EXPORTED: (file) => `its module ${file} does not export it. Export the task, or ${setName}.`,
  MODULE_NOT_LOADED: (file) =>
    `its module ${file} is still loading, and its source does not show the export. Write "export const task = app.task(…)", use the task later, or ${setName}.`,
};

/** The registered name of a task cannot be derived from its module. `code` is the reason; the message names the ways out. */
export class TaskNameError extends Error {
  override readonly name = 'TaskNameError';
  readonly code: TaskNameErrorCode;
  constructor(code: TaskNameErrorCode, functionName: string, file = '') {
    super(`The name of the task "${functionName || 'anonymous'}" cannot be derived: ${reasons[code](file)}`);
    this.code = code;
  }
}
