import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { type Package, type PackageFinder, tryFindPackage } from '../packages/installedPackage.ts';
import { nativeKindOf } from '../packages/nativePackage.ts';
import { isRecord } from '../plugins/manifest.ts';

export interface ExternalPackages {
  readonly plugin: Plugin;
  /** The external packages that a bundle imports, and those that are always packed, by the names of their folders. */
  packagesOf(metafile: Metafile): Map<string, Package>;
  /** The external packages that all importers work without: they are optional in the package.json of each. */
  optional(): Package[];
}

interface ExternalOptions {
  /** The folder of the deployment. */
  readonly root: string;
  /** Whether the package in this folder must be a part of the bundle. */
  readonly isBundled: (folder: string) => boolean;
  /** The packages that plugins name as external. */
  readonly named: readonly Package[];
  readonly packageOf: PackageFinder;
}

/**
 * Leaves packages outside of the bundle that load files by their paths: those with native code or WebAssembly, and those that
 * plugins name. The bundle imports them by name from the `node_modules` beside it.
 */
export function createExternalPackages({ root, isBundled, named, packageOf }: ExternalOptions): ExternalPackages {
  const external = new Map<string, boolean>(named.map(({ folder }) => [folder, true]));
  const imported = new Map<string, Package>();
  const required = new Set<string>(named.map(({ folder }) => folder));
  const found = new Map<string, Package | undefined>();

  /** Modules of one folder import the same packages again and again. */
  function findOnce(name: string, folder: string): Package | undefined {
    const key = `${folder}\n${name}`;
    if (!found.has(key)) found.set(key, tryFindPackage(name, folder));
    return found.get(key);
  }

  function isExternal(pkg: Package): boolean {
    if (isBundled(pkg.folder)) return false;
    if (!external.has(pkg.folder)) external.set(pkg.folder, nativeKindOf(pkg) !== undefined);
    return external.get(pkg.folder)!;
  }

  /** A second version of a package has its version in the name of its folder. */
  function folderName(pkg: Package): string {
    return tryFindPackage(pkg.name, root)?.folder === pkg.folder ? pkg.name : pkg.id;
  }

  return {
    plugin: {
      name: 'external-packages',
      setup({ onResolve }) {
        onResolve({ filter: /^[^./#\\]/, namespace: 'file' }, ({ path, kind, importer, resolveDir }) => {
          const name = packageNameIn(path);
          if (kind === 'entry-point' || name === undefined || isBuiltin(path)) return undefined;
          const pkg = findOnce(name, resolveDir);
          if (!pkg || !isExternal(pkg)) return undefined;
          if (!isOptional(name, packageOf(dirname(importer)))) required.add(pkg.folder);
          const folder = folderName(pkg);
          const known = imported.get(folder);
          // The same version may be installed twice. One of them is packed, always the same one.
          if (!known || pkg.folder < known.folder) imported.set(folder, pkg);
          return { path: folder + path.slice(name.length), external: true };
        });
      },
    },
    optional: () => [...imported.values()].filter(({ folder }) => !required.has(folder)),
    packagesOf({ outputs }) {
      const imports = Object.values(outputs).flatMap((output) => output.imports.filter((one) => one.external));
      const used = new Set(imports.map(({ path }) => importedFolder(path)));
      const packages = [...imported].filter(([folder]) => used.has(folder));
      // A named one may be loaded in a way that the bundler does not see.
      for (const pkg of named) if (!imported.has(folderName(pkg))) packages.push([folderName(pkg), pkg]);
      return new Map(packages.sort(([one], [other]) => (one < other ? -1 : 1)));
    },
  };
}

/** Whether a package works without one of its dependencies, as its package.json says. */
function isOptional(name: string, importer: Package | undefined): boolean {
  const { optionalDependencies: dependencies, peerDependenciesMeta: peers } = importer?.fields ?? {};
  if (isRecord(dependencies) && Object.hasOwn(dependencies, name)) return true;
  const peer = isRecord(peers) ? peers[name] : undefined;
  return isRecord(peer) && peer.optional === true;
}

/** The name of the package in an import specifier such as `@node-rs/crc32/index.js`; undefined if it is not a valid one. */
function packageNameIn(specifier: string): string | undefined {
  return /^(?:@[^/]+\/)?[^/:]+/.exec(specifier)?.[0];
}

function importedFolder(path: string): string {
  return packageNameIn(path) ?? path;
}
