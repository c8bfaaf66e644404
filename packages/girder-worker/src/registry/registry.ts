import type { AppSettings } from '../task/config.ts';
import type { TaskOptions } from '../task/options.ts';

/** A parameter that can be given by name. */
export interface Parameter {
  readonly name: string;
  /** Present where the parameter has a default, or may be left out. */
  readonly optional?: true;
}

/** What a task takes, read from its source when the registry is built, as JavaScript has no keyword arguments. */
export interface Parameters {
  readonly positional: readonly Parameter[];
  /** The name of a final `...rest` parameter. */
  readonly rest?: string;
  /** A final destructured parameter takes keyword arguments: those it names or, with a rest element, all. */
  readonly keywords?: Keywords;
}

export interface Keywords {
  readonly names: readonly Parameter[];
  /** Any other name is taken, too. */
  readonly rest: boolean;
  /** Present where the parameter has a default as a whole, which holds if no keyword is given. */
  readonly optional?: true;
}

/** One task of the registry: what is known of it is data; its code is loaded when it is first run. */
export interface RegistryEntry {
  /** The plugin that owns the task: `name@version`. */
  readonly plugin: string;
  readonly options: TaskOptions;
  readonly parameters: Parameters;
  /**
   * Gives the task as its module exports it, or a promise of it. It is not typed as one, as `satisfies Registry` would
   * then make `unknown` of every task.
   */
  readonly load: () => unknown;
}

/** What `npm run build-registry` generates: the tasks of all plugins, and what the plugins changed in the app's settings. */
export interface Registry {
  readonly settings: Partial<AppSettings>;
  readonly tasks: Readonly<Record<string, RegistryEntry>>;
}

/** The entry of a task name; undefined where there is none, also for names such as `constructor`. */
export function lookUp(registry: Registry, task: string): RegistryEntry | undefined {
  return Object.hasOwn(registry.tasks, task) ? registry.tasks[task] : undefined;
}
