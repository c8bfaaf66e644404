import type { TaskOptions } from './options.ts';
import type { Task } from './task.ts';

const mark = Symbol.for('girder-worker.task');

/** Where `app.task` was called: a stack, from which the name is worked out when somebody asks. */
export interface CallSite {
  readonly stack?: string;
}

/** What `app.task` remembers of a task. */
export interface TaskDefinition {
  readonly fn: (this: Task, ...args: never[]) => unknown;
  readonly options: TaskOptions;
  readonly definedAt: CallSite;
}

/** Writes the definition on the callable that users see. */
export function attachDefinition(target: object, definition: TaskDefinition): void {
  Object.defineProperty(target, mark, { value: definition });
}

/**
 * The definition of what `app.task` returned, by this copy of the library or another; undefined for anything else.
 */
export function definitionOf(value: unknown): TaskDefinition | undefined {
  if (typeof value !== 'function') return undefined;
  return (value as unknown as Record<symbol, TaskDefinition | undefined>)[mark];
}
