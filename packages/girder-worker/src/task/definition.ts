import type { TaskOptions } from './options.ts';
import type { Task } from './task.ts';

const mark = Symbol.for('girder-worker.task');

/** The call of `app.task`: a stack of one frame, from which the name is derived when it is needed. */
export interface CallSite {
  readonly stack?: string;
}

/** The arguments and the call site of `app.task`. */
export interface TaskDefinition {
  readonly fn: (this: Task, ...args: never[]) => unknown;
  readonly options: TaskOptions;
  readonly definedAt: CallSite;
}

/** Attaches the definition to the function that `app.task` returns. */
export function attachDefinition(target: object, definition: TaskDefinition): void {
  Object.defineProperty(target, mark, { value: definition });
}

/** The definition of a task that `app.task` of this or another copy of the library returned; undefined for any other value. */
export function definitionOf(value: unknown): TaskDefinition | undefined {
  if (typeof value !== 'function') return undefined;
  return (value as unknown as Record<symbol, TaskDefinition | undefined>)[mark];
}
