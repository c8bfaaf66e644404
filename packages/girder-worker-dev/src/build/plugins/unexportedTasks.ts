import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definitionOf } from 'girder-worker/internal/task';
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

/** The place in a stack of one frame. */
function placeOf(stack: string): { readonly file: string; readonly line: string } | undefined {
  const [, location, line] = /^\s*at (?:.*\()?(.+?):(\d+):\d+\)?$/m.exec(stack) ?? [];
  if (location === undefined || line === undefined) return undefined;
  return { file: location.startsWith('file:') ? fileURLToPath(location) : location, line };
}
