import { definitionOf, type TaskDefinition } from '../../task/definition.ts';
import type { TaskOptions } from '../../task/options.ts';
import { isRecord } from './manifest.ts';
import type { ExportedTask } from './pluginInspection.ts';

/** A task module, imported. */
export interface TaskModule {
  readonly specifier: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Every export of the modules that is a task, in their order; a task that is exported several times comes several times. */
export function exportedTasks(plugin: string, modules: readonly TaskModule[]): ExportedTask[] {
  const identities = new Map<unknown, number>();
  return modules.flatMap(({ specifier, exports }) =>
    Object.entries(exports).flatMap(([exportName, task]) => {
      const definition = definitionOf(task);
      if (!definition) return [];
      const identity = identities.get(task) ?? identities.size;
      identities.set(task, identity);
      return [{ plugin, module: specifier, exportName, identity, seen: nameSeen(task), ...facts(definition) }];
    }),
  );
}

function facts({ fn, options, definedAt }: TaskDefinition) {
  return {
    definedAt: definedAt.stack ?? '',
    options: dataOf(options),
    source: Function.prototype.toString.call(fn),
    length: fn.length,
  };
}

/** The name of the task as a program reads it that imports its module. */
function nameSeen(task: unknown): ExportedTask['seen'] {
  try {
    return { name: (task as { readonly name: string }).name };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Says which of the modules export no task: somebody forgot to export it, or lists the wrong module. */
export function emptyModules(modules: readonly TaskModule[], tasks: readonly ExportedTask[]): string[] {
  return modules
    .filter(({ specifier }) => !tasks.some((task) => task.module === specifier))
    .map(({ specifier }) => `taskImports() lists ${JSON.stringify(specifier)}, which exports no task.`);
}

/** The options that can be written down; classes, functions and schemas are read from the task itself when it runs. */
function dataOf(options: TaskOptions): TaskOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => isData(value)));
}

function isData(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isData);
  return isRecord(value) && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isData);
}
