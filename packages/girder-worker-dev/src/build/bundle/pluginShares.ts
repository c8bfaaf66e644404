import { dirname, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { dependenciesIn, type Package, type PackageFinder } from '../packages/installedPackage.ts';
import type { TaskModule } from './taskModules.ts';

/** What the tasks of a plugin load of the code of a bundle. */
export interface PluginCode {
  /** `name@version` of the plugin. */
  readonly plugin: string;
  /** The size of the chunks that a thread reads before it has all task modules, besides those with which it starts. */
  readonly codeBytes: number;
  /** The names under which these chunks import external packages. */
  readonly imports: ReadonlySet<string>;
}

/** The part that a plugin has in what is deployed. What two plugins use is a part of both. */
export interface PluginShare {
  readonly plugin: string;
  readonly codeBytes: number;
  /** The size of the packages and files that are copied for it. */
  readonly copiedBytes: number;
}

interface CodeOptions {
  readonly metafile: Metafile;
  /** esbuild's working directory. */
  readonly root: string;
  readonly taskModules: readonly TaskModule[];
  readonly packageOf: PackageFinder;
}

/** Computes from esbuild's metafile what the tasks of each plugin load. Sorted by name. */
export function pluginCode({ metafile: { outputs }, root, taskModules, packageOf }: CodeOptions): PluginCode[] {
  const thread = Object.keys(outputs).find((file) => /(?:^|\/)thread\.mjs$/.test(file));
  const isLoaded = thread === undefined ? new Set<string>() : loadedFiles(outputs, [thread]);
  const chunkOf = new Map(
    Object.entries(outputs).flatMap(([file, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[resolve(root, entryPoint), file] as const],
    ),
  );
  const chunks = Map.groupBy(taskModules, ({ path }) => packageOf(dirname(path))?.id ?? dirname(path));
  return [...chunks]
    .map(([plugin, modules]) => {
      const entries = modules.flatMap(({ path }) => chunkOf.get(path) ?? []);
      const files = [...loadedFiles(outputs, entries)].filter((file) => !isLoaded.has(file));
      const imported = files.flatMap((file) => outputs[file]!.imports.filter(({ external }) => external));
      return {
        plugin,
        codeBytes: files.reduce((sum, file) => sum + outputs[file]!.bytes, 0),
        imports: new Set(imported.map(({ path }) => path)),
      };
    })
    .sort((one, other) => (one.plugin < other.plugin ? -1 : 1));
}

/** These files and what they import and require, directly and indirectly. */
function loadedFiles(outputs: Metafile['outputs'], files: readonly string[]): ReadonlySet<string> {
  const loaded = new Set(files);
  for (const file of loaded)
    for (const { path, kind } of outputs[file]!.imports)
      if (kind !== 'dynamic-import' && Object.hasOwn(outputs, path)) loaded.add(path);
  return loaded;
}

interface CopiedPackage {
  readonly place: string;
  readonly bytes: number;
  readonly package: Package;
}

/**
 * Adds the packages and files that are copied for each plugin: the packages that its chunks import, those that it names as external,
 * and all that these depend on.
 *
 * @param files the sizes of copied files, by their place below the folder `files`, which begins with the name of their package
 */
export function pluginShares(
  code: readonly PluginCode[],
  packages: readonly CopiedPackage[],
  files: ReadonlyMap<string, number>,
  namedBy: (plugin: string) => readonly string[],
): PluginShare[] {
  const byName = Map.groupBy(packages, (copied) => copied.package.name);
  return code.map(({ plugin, codeBytes, imports }) => {
    const isImported = ({ place }: CopiedPackage) => {
      const name = place.slice('node_modules/'.length);
      return [...imports].some((path) => path === name || path.startsWith(`${name}/`));
    };
    const needed = new Set(packages.filter(isImported));
    for (const name of namedBy(plugin)) for (const copied of byName.get(name) ?? []) needed.add(copied);
    for (const { package: pkg } of needed) {
      const fields = ['dependencies', 'optionalDependencies', 'peerDependencies'];
      const names = fields.flatMap((field) => dependenciesIn(pkg.fields, field).map(([name]) => name));
      for (const copied of names.flatMap((name) => byName.get(name) ?? [])) needed.add(copied);
    }
    const ofFiles = [...files].filter(([place]) => place.startsWith(`${plugin}/`)).map(([, bytes]) => bytes);
    const sizes = [...[...needed].map(({ bytes }) => bytes), ...ofFiles];
    return { plugin, codeBytes, copiedBytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
  });
}

/** The plugin with the largest share; undefined if there is none. */
export function largestShare(shares: readonly PluginShare[]): PluginShare | undefined {
  return shares.toSorted((one, other) => bytesOf(other) - bytesOf(one))[0];
}

export function bytesOf({ codeBytes, copiedBytes }: PluginShare): number {
  return codeBytes + copiedBytes;
}
