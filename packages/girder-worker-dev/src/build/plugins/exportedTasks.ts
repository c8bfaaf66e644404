import { inspect } from 'node:util';
import { definitionOf, type TaskDefinition, type TaskOptions } from 'girder-worker/internal/task';
import { isRecord } from './manifest.ts';
import type { ExportedTask } from './pluginInspection.ts';

/** An imported task module. */
export interface TaskModule {
  readonly specifier: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Returns every export that is a task, in the order of the modules. A task with several exports appears once for each. */
export function exportedTasks(plugin: string, modules: readonly TaskModule[]): ExportedTask[] {
  const identities = new Map<unknown, number>();
  return modules.flatMap(({ specifier, exports }) =>
    Object.entries(exports).flatMap(([exportName, task]) => {
      const definition = definitionOf(task);
      if (!definition) return [];
      const identity = identities.get(task) ?? identities.size;
      identities.set(task, identity);
      return [{ plugin, module: specifier, exportName, identity, seen: seenName(task), ...describe(definition) }];
    }),
  );
}

function describe({ fn, options, definedAt }: TaskDefinition) {
  return {
    definedAt: definedAt.stack ?? '',
    options: dataOf(options),
    unsupportedOptions: unsupportedIn(options),
    source: Function.prototype.toString.call(fn),
    length: fn.length,
  };
}

/** The name that a program sees when it imports the task, or the reason why it has none. */
function seenName(task: unknown): ExportedTask['seen'] {
  try {
    return { name: (task as { readonly name: string }).name };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Returns a notice for each module that exports no task: the export is missing, or the wrong module is listed. */
export function emptyModuleNotices(modules: readonly TaskModule[], tasks: readonly ExportedTask[]): string[] {
  return modules
    .filter(({ specifier }) => !tasks.some((task) => task.module === specifier))
    .map(({ specifier }) => `taskImports() lists ${JSON.stringify(specifier)}, which exports no task.`);
}

/** Celery's task options that are refused, because girder-worker does not implement them and would ignore them silently. */
const unsupported = ['rateLimit'] as const;

/** Null is allowed: it means "no limit" in Celery. */
function unsupportedIn(options: object): ExportedTask['unsupportedOptions'] {
  const values = options as Readonly<Record<string, unknown>>;
  return unsupported
    .filter((option) => (values[option] ?? null) !== null)
    .map((option) => ({ option, value: inspect(values[option], { depth: 1, breakLength: Number.POSITIVE_INFINITY }) }));
}

/** The options that are JSON data. Others, such as error classes, are read from the task itself when it runs. */
function dataOf(options: TaskOptions): TaskOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => isData(value)));
}

function isData(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isData);
  return isRecord(value) && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isData);
}
