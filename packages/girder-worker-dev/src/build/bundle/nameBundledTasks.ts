import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import { keepFunctionNames } from './keepFunctionNames.ts';
import type { TaskModule } from './taskModules.ts';

const loaders: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

/**
 * An esbuild plugin that names the tasks of a bundle, and keeps the names of functions in the modules of plugins. A task derives its name from the file that defines it, but in a bundle
 * these files no longer exist. So the plugin appends code to each task module that names its tasks when the module is
 * evaluated, whichever module imports it first.
 */
export function nameBundledTasks(modules: readonly TaskModule[]): Plugin {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const pluginFolders = new Set(modules.map(({ path }) => packageFolder(path)));
  return {
    name: 'name-bundled-tasks',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        const module = byPath.get(path);
        if (!pluginFolders.has(packageFolder(path))) return undefined;
        const source = await readFile(path, 'utf8');
        const contents = module ? `${source}\n${namingCode(module)}` : source;
        return keepFunctionNames(path, { contents, loader: loaders[extname(path)] ?? 'js' });
      });
    },
  };
}

/** The folder of the package that a module belongs to: the nearest one with a package.json. */
function packageFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/** Imports the library as the task module does, to use the copy of it that its tasks were declared with. */
function namingCode({ specifier, path }: TaskModule): string {
  return `import { bindTaskNames as __bindTaskNames } from 'girder-worker/app';
import * as __taskModule from ${JSON.stringify(path)};
__bindTaskNames(${JSON.stringify(specifier)}, __taskModule);`;
}
