import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import type { TaskModule } from './taskModules.ts';

const loaders: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

/**
 * An esbuild plugin that tells the tasks of a bundle their names. A task works out its name from the file it is defined
 * in, and a bundle has no such files: so each task module names its own tasks when it is evaluated, whether the registry
 * imported it or another module.
 */
export function nameBundledTasks(modules: readonly TaskModule[]): Plugin {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  return {
    name: 'name-bundled-tasks',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        const module = byPath.get(path);
        if (!module) return undefined;
        const source = await readFile(path, 'utf8');
        return { contents: `${source}\n${bindingOf(module)}`, loader: loaders[extname(path)] ?? 'js' };
      });
    },
  };
}

/** The library is imported from where the plugin finds it: the copy that its tasks were declared with. */
function bindingOf({ specifier, path }: TaskModule): string {
  return `import { bindTaskNames as __bindTaskNames } from 'girder-worker/app';
import * as __taskModule from ${JSON.stringify(path)};
__bindTaskNames(${JSON.stringify(specifier)}, __taskModule);`;
}
