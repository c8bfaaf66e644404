import { fileURLToPath } from 'node:url';
import type { TaskDefinition } from './definition.ts';
import {
  exportNameIn,
  exportNameInSource,
  exportNameInTwin,
  loadedExports,
  type Place,
  placeOf,
} from './exportName.ts';
import { specifierOf } from './moduleSpecifier.ts';
import { taskName } from './name.ts';
import { TaskNameError, type TaskNameErrorCode } from './taskNameError.ts';

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

/**
 * Returns the name of a task that derives from the file that defines it and from its export. The bundles of the functions
 * do without this module, and bind names instead (`build/bundle/boundNamesOnly.ts`).
 *
 * Throws TaskNameError if the name is not certain.
 */
export function deriveName(task: object, definition: TaskDefinition): string {
  const { fn, definedAt } = definition;
  const place = placeOf(definedAt.stack ?? '');
  if (!place || isBundled(place.file)) throw refusal('TASK_IN_BUNDLE', fn.name, '');
  const module = specifierOf(place.file);
  if ('code' in module) throw refusal(module.code, fn.name, place.file);
  return taskName(module.specifier, findExportName(task, definition, place));
}

function findExportName(task: object, definition: TaskDefinition, place: Place): string {
  const exports = loadedExports(place.file);
  const name = exports
    ? (exportNameIn(exports, task, definition) ?? exportNameInTwin(exports, definition))
    : exportNameInSource(place);
  if (name !== undefined) return name;
  throw refusal(exports ? 'TASK_NOT_EXPORTED' : 'MODULE_NOT_LOADED', definition.fn.name, place.file);
}

/**
 * Whether this module was bundled, and so the tasks that its bundle declares: then it is no file of its own any more. In a
 * bundle of CommonJS it has no URL.
 */
function isBundled(taskFile: string): boolean {
  const own: string | undefined = import.meta.url;
  return own === undefined || !/\/task\/deriveName\.[jt]s$/.test(own) || fileURLToPath(own) === taskFile;
}

function refusal(code: TaskNameErrorCode, functionName: string, file: string): TaskNameError {
  return new TaskNameError(code, functionName, reasons[code](file));
}
