import { dirname, join } from 'node:path';
import {
  type Package,
  type PackageFinder,
  packageAt,
  requirePackage,
  tryFindPackage,
} from '../packages/installedPackage.ts';
import type { PackFault } from '../packages/packFaults.ts';
import { type PluginSettings, readPluginSettings } from '../packages/pluginSettings.ts';
import { discover } from '../plugins/discover.ts';
import { placeOf } from './moduleFiles.ts';
import type { TaskModule } from './taskModules.ts';

/** The packages whose code must be a part of a bundle, and what their authors say about them. */
export interface BundledPlugins {
  /** The packages that plugins name as external. */
  readonly external: readonly Package[];
  /** The files that plugins name: their place below the folder `files` of the bundle, and their path. */
  readonly files: ReadonlyMap<string, string>;
  /** Faults in the settings of plugins. */
  readonly faults: readonly PackFault[];
  /** The names of the external packages that a plugin names, by its `name@version`. */
  namedBy(plugin: string): readonly string[];
  isLibrary(folder: string): boolean;
  /** Whether the package in this folder is a plugin or the library. */
  isBundled(folder: string): boolean;
  /** The settings of the plugin in this folder; undefined if it is no plugin. */
  settingsOf(folder: string): PluginSettings | undefined;
}

const libraryName = 'girder-worker';

/** Finds the plugins of a deployment, by their entry points and by the task modules of the registry, and reads their settings. */
export function readBundledPlugins(
  root: string,
  taskModules: readonly TaskModule[],
  packageOf: PackageFinder,
): BundledPlugins {
  const library = tryFindPackage(libraryName, root)?.folder;
  const isLibrary = (folder: string) => folder === library || packageOf(folder)?.name === libraryName;
  const declared = discover(root).plugins.map(({ folder }) => packageAt(folder));
  const imported = taskModules.map(({ path }) => packageOf(dirname(path)));
  const packages = [...declared, ...imported].filter((pkg) => pkg !== undefined && !isLibrary(pkg.folder)) as Package[];
  const faults: PackFault[] = [];
  const plugins = new Map<string, { readonly pkg: Package; readonly settings: PluginSettings }>();
  for (const pkg of packages) {
    if (!plugins.has(pkg.folder)) plugins.set(pkg.folder, { pkg, settings: readPluginSettings(pkg, faults) });
  }
  const isBundled = (folder: string) => plugins.has(folder) || isLibrary(folder);

  const external = new Map<string, Package>();
  const files = new Map<string, string>();
  for (const { pkg, settings } of plugins.values()) {
    for (const file of settings.files) files.set(placeOf(pkg, join(pkg.folder, file)), join(pkg.folder, file));
    for (const name of settings.external) {
      try {
        const found = requirePackage(name, pkg.folder);
        if (isBundled(found.folder)) faults.push({ code: 'EXTERNAL_IS_PLUGIN', plugin: pkg.id, name });
        else external.set(found.folder, found);
      } catch (error) {
        faults.push({ code: 'EXTERNAL_NOT_FOUND', plugin: pkg.id, name, reason: (error as Error).message });
      }
    }
  }
  return {
    external: [...external.values()],
    ...{ files, faults, isLibrary, isBundled },
    namedBy: (id) => [...plugins.values()].find(({ pkg }) => pkg.id === id)?.settings.external ?? [],
    settingsOf: (folder) => plugins.get(folder)?.settings,
  };
}
