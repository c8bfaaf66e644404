import { relative, sep } from 'node:path';
import { definitionOf, placeOf } from 'girder-worker/internal/task';
import type { TaskModule } from './exportedTasks.ts';

/**
 * Returns a notice for each task that the code of the package in `folder` has defined while it was imported, and that no
 * listed module exports.
 *
 * @param defined what `app.task` has returned
 */
export function unexportedTaskNotices(
  defined: readonly unknown[],
  modules: readonly TaskModule[],
  folder: string,
): string[] {
  const exported = new Set(modules.flatMap(({ exports }) => Object.values(exports)));
  return defined
    .filter((task) => !exported.has(task))
    .flatMap((task) => {
      const { fn, definedAt } = definitionOf(task)!;
      const place = placeOf(definedAt.stack ?? '');
      if (!place || !isOwnFile(place.file, folder)) return [];
      const name = fn.name === '' ? 'an anonymous function' : `"${fn.name}"`;
      return [
        `The task ${name} in ${place.file}:${place.line} is not in the registry: no module that taskImports() lists exports it. Export it, or list its module.`,
      ];
    });
}

/** A package may import the tasks of another one, to send them. */
function isOwnFile(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return !path.startsWith('..') && !path.split(sep).includes('node_modules');
}
