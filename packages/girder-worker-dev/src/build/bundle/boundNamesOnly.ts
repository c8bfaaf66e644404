import { dirname, extname } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Leaves the code out of a bundle that derives the names of tasks from files (`task/deriveName.ts` of the library): it would
 * be 3 KB of each cold start, and in a bundle it can only refuse. The bundle binds the names of its tasks instead. A task that
 * the registry does not list still has none.
 */
export const boundNamesOnly: Plugin = {
  name: 'bound-names-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]task[\\/]deriveName\.[jt]s$/ }, ({ path }) => ({
      contents: `import { TaskNameError } from './taskNameError${extname(path)}';
export function deriveName(task, { fn }) {
  throw new TaskNameError('TASK_IN_BUNDLE', fn.name, 'it is not in the registry of this function. Send it by its name: app.sendTask(name, args).');
}`,
      resolveDir: dirname(path),
    }));
  },
};
