import type { TaskExtension } from '../execution/taskExtension.ts';
import type { ExtensionOptions } from './extension/extendRun.ts';
import { asksForGirder } from './wire/asksForGirder.ts';

/**
 * Adds Girder to the runs whose messages ask for it: `this.jobManager`, `this.girderClient`, transforms and result hooks.
 * Everything else of `girder/` is loaded when the first such message arrives.
 */
export function createGirderExtension(options: ExtensionOptions): TaskExtension {
  return {
    extend(message, runtime) {
      if (!asksForGirder(message)) return undefined;
      return import('./extension/extendRun.ts').then(({ extendRun }) => extendRun(message, runtime, options));
    },
  };
}
