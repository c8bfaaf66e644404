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
 * An esbuild plugin that names the tasks of a bundle. A task derives its name from the file that defines it, but in a bundle
 * these files no longer exist. So the plugin appends code to each task module that names its tasks when the module is
 * evaluated, whichever module imports it first.
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
        return { contents: `${source}\n${namingCode(module)}`, loader: loaders[extname(path)] ?? 'js' };
      });
    },
  };
}

/** Imports the library as the task module does, to use the copy of it that its tasks were declared with. */
function namingCode({ specifier, path }: TaskModule): string {
  return `import { bindTaskNames as __bindTaskNames } from 'girder-worker/app';
import * as __taskModule from ${JSON.stringify(path)};
__bindTaskNames(${JSON.stringify(specifier)}, __taskModule);`;
}
