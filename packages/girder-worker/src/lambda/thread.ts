import { app } from '../app.ts';
import { serveTasks } from '../execution/thread.ts';
import { createGirderExtension } from '../girder/girderExtension.ts';
import type { Registry } from '../registry/registry.ts';
import { traceTasks } from '../tracing/traceTasks.ts';

/** Makes this worker thread a thread of the dispatcher's pool, which runs the tasks of the registry. */
export function serveRegistry(registry: Registry): void {
  app.config.update(registry.settings);
  traceTasks(process.env);
  serveTasks(registry, createGirderExtension({ registry, env: process.env }));
}
