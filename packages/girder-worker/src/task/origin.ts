import { definitionOf, type TaskDefinition } from './definition.ts';
import { deriveName } from './deriveName.ts';
import { exportNameIn } from './exportName.ts';
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
  const found = deriveName(task, definition);
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
