import type { App } from './app.ts';

const mark = Symbol.for('girder-worker.plugin');

/**
 * What a plugin's entry point names: a class that is constructed with the app, and tells which modules hold its tasks.
 *
 * @example
 * export class GWExamplePlugin extends GirderWorkerPluginABC {
 *   taskImports() { return ['gwexample/analyses/tasks']; }
 * }
 */
export abstract class GirderWorkerPluginABC {
  /** Lets a class be recognised that extends another copy of this library. */
  static readonly [mark] = true;

  readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  /** Import specifiers of the modules that export the plugin's tasks. */
  abstract taskImports(): readonly string[];
}

/** Whether a value is a class that extends GirderWorkerPluginABC, of this copy of the library or of another. */
export function isPluginClass(value: unknown): value is new (app: App) => GirderWorkerPluginABC {
  return typeof value === 'function' && (value as unknown as Record<symbol, unknown>)[mark] === true;
}
