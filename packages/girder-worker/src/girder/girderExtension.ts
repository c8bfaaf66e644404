import type { TaskExtension } from '../execution/taskExtension.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import { asksForGirder } from './wire/asksForGirder.ts';

export interface GirderExtensionOptions {
  /** Has the option `girderJob` of tasks. */
  readonly registry: Registry;
  /** GIRDER_WORKER_API_URL names the Girder servers that may be called. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Adds Girder to the runs whose messages ask for it: `this.jobManager`, `this.girderClient`, transforms and result hooks.
 * Everything else of `girder/` is loaded when the first such message arrives.
 */
export function createGirderExtension({ registry, env }: GirderExtensionOptions): TaskExtension {
  const girderJobOf = (task: string) => lookUp(registry, task)?.options.girderJob;
  return {
    extend(message, runtime) {
      if (!asksForGirder(message)) return undefined;
      return import('./lazy.ts').then(({ extendRun }) => extendRun(message, runtime, { env, girderJobOf }));
    },
  };
}
