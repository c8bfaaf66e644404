import { fileURLToPath } from 'node:url';
import { definitionOf, type TaskDefinition } from './definition.ts';
import { exportNameIn, exportNameInSource, exportNameInTwin, loadedExports, type Place } from './exportName.ts';
import { specifierOf } from './moduleSpecifier.ts';
import { taskName } from './name.ts';
import { TaskNameError } from './taskNameError.ts';

const boundNames = new WeakMap<object, string>();
const foundNames = new WeakMap<object, string>();

/** Binds the tasks among the exports of a module to their names. Bundles call it: in a bundle the module file is unknown. */
export function bindTaskNames(specifier: string, exports: Readonly<Record<string, unknown>>): void {
  for (const value of Object.values(exports)) {
    const definition = definitionOf(value);
    if (definition && !boundNames.has(value as object)) {
      boundNames.set(
        value as object,
        taskName(specifier, exportNameIn(exports, value, definition) ?? definition.fn.name),
      );
    }
  }
}

/**
 * The registered name of a task: the option `name`; else the name that a bundle has bound; else the name derived from the
 * module in which it is defined, under the specifier by which its package exports that module.
 *
 * Throws TaskNameError if the name cannot be derived for certain: a wrong name would be sent to no worker, or to another task.
 */
export function publicNameOf(task: object, definition: TaskDefinition): string {
  const known = definition.options.name ?? boundNames.get(task) ?? foundNames.get(task);
  if (known !== undefined) return known;
  const found = findName(task, definition);
  foundNames.set(task, found);
  return found;
}

/** A name for a task that runs in place, which no worker reads: the function's own name if the other is unknown. */
export function localNameOf(task: object, definition: TaskDefinition): string {
  try {
    return publicNameOf(task, definition);
  } catch (error) {
    if (error instanceof TaskNameError) return definition.fn.name;
    throw error;
  }
}

function findName(task: object, definition: TaskDefinition): string {
  const { fn, definedAt } = definition;
  const place = placeOf(definedAt.stack ?? '');
  if (!place || isBundled(place.file)) throw new TaskNameError('TASK_IN_BUNDLE', fn.name);
  const module = specifierOf(place.file);
  if ('code' in module) throw new TaskNameError(module.code, fn.name, place.file);
  return taskName(module.specifier, findExportName(task, definition, place));
}

function findExportName(task: object, definition: TaskDefinition, place: Place): string {
  const exports = loadedExports(place.file);
  const name = exports
    ? (exportNameIn(exports, task, definition) ?? exportNameInTwin(exports, definition))
    : exportNameInSource(place);
  if (name !== undefined) return name;
  throw new TaskNameError(exports ? 'TASK_NOT_EXPORTED' : 'MODULE_NOT_LOADED', definition.fn.name, place.file);
}

/** The place in a stack of one frame: `at Object.<anonymous> (file:///x.ts:1:2)` or `at /x.ts:1:2`. */
function placeOf(stack: string): Place | undefined {
  const [, location, line, column] = /^\s*at (?:.*\()?(.+?):(\d+):(\d+)\)?$/m.exec(stack) ?? [];
  if (location === undefined) return undefined;
  const file = location.startsWith('file:') ? fileURLToPath(location) : location;
  return { file, line: Number(line), column: Number(column) };
}

/**
 * Whether this module was bundled, and so the tasks that its bundle declares: then it is no file of its own any more. In a
 * bundle of CommonJS it has no URL.
 */
function isBundled(taskFile: string): boolean {
  const own: string | undefined = import.meta.url;
  return own === undefined || !/\/task\/origin\.[jt]s$/.test(own) || fileURLToPath(own) === taskFile;
}
