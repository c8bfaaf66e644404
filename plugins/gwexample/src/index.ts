import { type App, GirderWorkerPluginABC } from 'girder-worker';

/** The plugin of the Girder Worker manual. */
export class GWExamplePlugin extends GirderWorkerPluginABC {
  constructor(app: App) {
    super(app);
    // It is not necessary to change the app's settings: this only shows that a plugin can.
    app.config.update({});
  }

  taskImports(): string[] {
    return ['gwexample/analyses/tasks'];
  }
}
