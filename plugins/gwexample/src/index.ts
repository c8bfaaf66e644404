import { type App, GirderWorkerPluginABC } from 'girder-worker';

/** The plugin of the Girder Worker manual. */
export class GWExamplePlugin extends GirderWorkerPluginABC {
  constructor(app: App) {
    super(app);
    // A plugin may change the settings of the app here; this one changes none.
    app.config.update({});
  }

  taskImports(): string[] {
    return ['gwexample/analyses/tasks'];
  }
}
