import { readFile } from 'node:fs/promises';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import type { Loader, Metafile, Plugin } from 'esbuild';
import type { PackageFinder } from '../packages/installedPackage.ts';
import { platformOfFile } from '../packages/nativeFile.ts';
import type { PackFault } from '../packages/packFaults.ts';
import { type Platform, platformText, runsOn } from '../packages/platform.ts';
import type { BundledPlugins } from './bundledPlugins.ts';
import { keepFunctionNames } from './keepFunctionNames.ts';
import { folderUse } from './metaUses.ts';
import { filesOfModule, folderWarning, locationModule, locationSource, type ModuleFiles } from './moduleFiles.ts';
import { namingCode } from './nameBundledTasks.ts';
import type { TaskModule } from './taskModules.ts';

const loaders: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
};

interface ContentOptions {
  readonly taskModules: readonly TaskModule[];
  readonly plugins: BundledPlugins;
  readonly packageOf: PackageFinder;
  /** The folder of the functions, whose modules name files of the bundle itself. */
  readonly functions: string;
  readonly platform: Platform;
}

export interface ModuleContents {
  readonly plugin: Plugin;
  readonly faults: PackFault[];
  /** The files to copy: their place below the folder `files` of the bundle, and their path. */
  files(): Map<string, string>;
  /** Warnings about the modules of a bundle whose code is used. */
  warnings(metafile: Metafile, root: string): string[];
}

/**
 * Changes modules as they are bundled: names the tasks of task modules, keeps the names of functions of plugins, and collects
 * the files that modules refer to by
 * their place. Addons and WebAssembly modules that a module imports itself are copied to `chunks/`.
 */
export function createModuleContents(options: ContentOptions): ModuleContents {
  const { taskModules, plugins, packageOf, functions, platform } = options;
  const tasks = new Map(taskModules.map((module) => [module.path, module]));
  const taskPackages = new Set(taskModules.map(({ path }) => packageOf(dirname(path))?.folder));
  const known = new Map<string, Promise<ModuleFiles | undefined>>();
  const found = new Map<string, ModuleFiles>();
  const faults: PackFault[] = [];

  async function examine(path: string, loader: Loader): Promise<ModuleFiles | undefined> {
    const pkg = packageOf(dirname(path));
    if (!pkg || plugins.isLibrary(pkg.folder) || !relative(functions, path).startsWith(`..${sep}`)) return undefined;
    const source = await readFile(path, 'utf8');
    const settings = plugins.settingsOf(pkg.folder);
    const use = loader === 'js' ? folderUse(source) : undefined;
    if (use) {
      const warning = folderWarning(`${path}:${use.line}`, use.name, pkg.id, settings !== undefined);
      const files = { changed: undefined, files: new Map(), faults: [], warnings: [warning] };
      found.set(path, files);
      return files;
    }
    if (!source.includes('import.meta')) return undefined;
    const files = await filesOfModule({
      ...{ path, source, loader, package: pkg },
      isPlugin: settings !== undefined,
      namesFiles: settings !== undefined && settings.files.length > 0,
    });
    found.set(path, files);
    faults.push(...files.faults);
    return files;
  }

  return {
    faults,
    plugin: {
      name: 'module-contents',
      setup({ onLoad, onResolve }) {
        onResolve({ filter: new RegExp(`^${locationModule}$`) }, () => ({
          path: 'files.mjs',
          namespace: locationModule,
        }));
        onLoad({ filter: /.*/, namespace: locationModule }, () => ({ contents: locationSource, loader: 'copy' }));
        onLoad({ filter: /\.node$/, namespace: 'file' }, async ({ path }) => {
          const compiledFor = platformOfFile(path);
          if (!compiledFor || !runsOn(compiledFor, platform)) {
            const text = compiledFor ? platformText(compiledFor) : 'an unknown platform';
            faults.push({
              code: 'ADDON_FOR_OTHER_PLATFORM',
              file: path,
              found: text,
              platform: platformText(platform),
            });
          }
          return { contents: await readFile(path), loader: 'copy' };
        });
        onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
          const task = tasks.get(path);
          const loader = loaders[extname(path)] ?? 'js';
          if (!known.has(path)) known.set(path, examine(path, loader));
          const changed = (await known.get(path))?.changed;
          const isOfPlugin = taskPackages.has(packageOf(dirname(path))?.folder);
          if (!isOfPlugin && !changed) return undefined;
          const source = changed?.contents ?? (await readFile(path, 'utf8'));
          const module = {
            contents: `${source}${task ? `\n${namingCode(task)}` : ''}${changed?.map ?? ''}`,
            loader: changed?.loader ?? loader,
          };
          return isOfPlugin ? keepFunctionNames(path, module) : module;
        });
      },
    },
    files: () => new Map([...found.values()].flatMap(({ files }) => [...files])),
    warnings: ({ outputs }, root) => {
      const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
      const used = new Set(
        inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => resolve(root, path)),
      );
      return [...found]
        .filter(([path]) => used.has(path))
        .flatMap(([, { warnings }]) => warnings)
        .sort();
    },
  };
}
