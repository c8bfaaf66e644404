import type { AppSettings } from '../task/config.ts';
import type { TaskOptions } from '../task/options.ts';

export type { TaskTypes } from '../task/client/typedTasks.ts';

/** A parameter that a keyword argument can set. */
export interface Parameter {
  readonly name: string;
  /** Set if the parameter has a default or may be left out. */
  readonly optional?: true;
}

/** The parameters of a task, read from its source when the registry is built: JavaScript functions do not expose the names of their parameters. */
export interface Parameters {
  readonly positional: readonly Parameter[];
  /** The name of a final `...rest` parameter. */
  readonly rest?: string;
  /** A last parameter that is destructured: it receives the keyword arguments that it names, or all if it has a rest element. */
  readonly keywords?: Keywords;
}

/** The keyword arguments that a destructured parameter receives. */
export interface Keywords {
  readonly names: readonly Parameter[];
  /** Whether it also receives all other keyword arguments. */
  readonly rest: boolean;
  /** Set if the whole parameter has a default, which applies if there is no keyword argument. */
  readonly optional?: true;
}

/** A task in the registry. Its module is loaded when the task runs for the first time. */
export interface RegistryEntry {
  /** The plugin that defines the task, as `name@version`. */
  readonly plugin: string;
  readonly options: TaskOptions;
  readonly parameters: Parameters;
  /**
   * Returns the task that the module exports, or a promise of it. The type is `unknown`: with a closer type, `satisfies
   * Registry` would turn the type of every task into `unknown`.
   */
  readonly load: () => unknown;
}

/** The generated registry (`npm run build-registry`): the tasks of all plugins, and the app settings that plugins changed. */
export interface Registry {
  readonly settings: Partial<AppSettings>;
  readonly tasks: Readonly<Record<string, RegistryEntry>>;
  /** Imports the modules that add middleware, in the order of the plugins. @default none */
  readonly middleware?: readonly (() => Promise<unknown>)[];
}

/** The entry of a task; undefined if no task has this name. Names such as `constructor` are not found in the prototype. */
export function lookUp(registry: Registry, task: string): RegistryEntry | undefined {
  return Object.hasOwn(registry.tasks, task) ? registry.tasks[task] : undefined;
}
