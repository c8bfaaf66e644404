import { GirderWorkerPluginABC } from 'girder-worker';

/** The built-in tasks of Girder Worker: `girder_worker.run`, `girder_worker.convert` and `girder_worker.validators`. */
export class BuiltInTasksPlugin extends GirderWorkerPluginABC {
  taskImports(): string[] {
    return ['girder-worker-tasks/tasks'];
  }
}
