import type { App } from './app.ts';

const mark = Symbol.for('girder-worker.plugin');

/**
 * The base class of a plugin, which an entry point of the group `girder_worker_plugins` names. It is constructed with the
 * app, whose settings it may change, and lists the modules that export its tasks.
 *
 * @example
 * export class GWExamplePlugin extends GirderWorkerPluginABC {
 *   taskImports() { return ['gwexample/analyses/tasks']; }
 * }
 */
export abstract class GirderWorkerPluginABC {
  /** Identifies a class that extends this base class of another copy of the library. */
  static readonly [mark] = true;

  readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  /** Returns the import specifiers of the modules that export the plugin's tasks. */
  abstract taskImports(): readonly string[];

  /** Returns the import specifiers of the modules that call `app.use`. Workers import them before they run the first task of any plugin. */
  middlewareImports(): readonly string[] {
    return [];
  }
}

/** Whether a value is a class that extends GirderWorkerPluginABC of this or another copy of the library. */
export function isPluginClass(value: unknown): value is new (app: App) => GirderWorkerPluginABC {
  return typeof value === 'function' && (value as unknown as Record<symbol, unknown>)[mark] === true;
}
