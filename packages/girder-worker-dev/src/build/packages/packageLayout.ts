import { isRecord } from '../plugins/manifest.ts';
import type { FetchPackage } from './fetchPackage.ts';
import { dependenciesIn, type Package, requirePackage, tryFindPackage } from './installedPackage.ts';
import { type PackFault, PackFaultError } from './packFaults.ts';
import type { Platform } from './platform.ts';
import { platformPackagesOf } from './platformPackages.ts';

/** A package and its place below the folder of the bundle, such as `node_modules/sharp/node_modules/semver`. */
export interface PlacedPackage {
  readonly place: string;
  readonly package: Package;
}

/** A package that waits for its dependencies. */
interface Node extends PlacedPackage {
  /** The folder from which its dependencies are found. */
  readonly from: string;
}

/**
 * Resolves to the places of packages and of all that they depend on, as npm would install them for the platform: each as far
 * up as no other version takes its place.
 *
 * @param roots the packages that the bundle imports, by the names under which it imports them
 * @param faults receives a fault for each dependency that is missing
 */
export async function layOutPackages(
  roots: ReadonlyMap<string, Package>,
  { platform, fetchPackage, faults }: { platform: Platform; fetchPackage: FetchPackage; faults: PackFault[] },
): Promise<PlacedPackage[]> {
  const placed = new Map<string, Node>();
  const place = (path: string, pkg: Package, from: string): Node => {
    const node = { place: path, package: pkg, from };
    placed.set(path, node);
    return node;
  };
  const waiting = [...roots].map(([name, pkg]) => place(`node_modules/${name}`, pkg, pkg.folder));
  for (let node = waiting.shift(); node; node = waiting.shift()) {
    for (const { package: dependency, from } of await dependenciesOf(node, { platform, fetchPackage, faults })) {
      const { path, isThere } = placeFor(dependency, node.place, placed);
      if (!isThere) waiting.push(place(path, dependency, from));
    }
  }
  return [...placed.values()].sort((one, other) => (one.place < other.place ? -1 : 1));
}

/**
 * Where a dependency of the package at the place `from` goes: to the top, unless Node.js would find another package of this
 * name on the way there.
 */
function placeFor(
  { name, folder }: Package,
  from: string,
  placed: ReadonlyMap<string, Node>,
): { path: string; isThere: boolean } {
  const parents = `/${from}`.split('/node_modules/').slice(1);
  for (let depth = parents.length; depth >= 0; depth--) {
    const path = ['', ...parents.slice(0, depth), name].join('/node_modules/').slice(1);
    const found = placed.get(path);
    if (found?.package.folder === folder) return { path, isThere: true };
    if (found) break;
    if (depth === 0) return { path, isThere: false };
  }
  return { path: `${from}/node_modules/${name}`, isThere: false };
}

interface Dependency {
  readonly package: Package;
  readonly from: string;
}

async function dependenciesOf(
  { package: pkg, from }: Node,
  { platform, fetchPackage, faults }: { platform: Platform; fetchPackage: FetchPackage; faults: PackFault[] },
): Promise<Dependency[]> {
  const found = [...installedDependencies(pkg, from, faults)];
  try {
    const native = await platformPackagesOf(pkg, { from, platform, fetchPackage });
    found.push(...native);
  } catch (error) {
    if (!(error instanceof PackFaultError)) throw error;
    faults.push(error.fault);
  }
  const byName = new Map(found.map((dependency) => [dependency.package.name, dependency]));
  return [...byName.values()].sort((one, other) => (one.package.name < other.package.name ? -1 : 1));
}

/** The dependencies that are not optional, and the installed peers. npm lists an optional dependency in both fields, too. */
function* installedDependencies({ id, fields }: Package, from: string, faults: PackFault[]): Iterable<Dependency> {
  const optional = new Set(dependenciesIn(fields, 'optionalDependencies').map(([name]) => name));
  for (const [name] of dependenciesIn(fields, 'dependencies').filter(([name]) => !optional.has(name))) {
    try {
      const found = requirePackage(name, from);
      yield { package: found, from: found.folder };
    } catch (error) {
      faults.push({ code: 'DEPENDENCY_NOT_FOUND', package: id, name, reason: (error as Error).message });
    }
  }
  const peersMeta = isRecord(fields.peerDependenciesMeta) ? fields.peerDependenciesMeta : {};
  for (const [name] of dependenciesIn(fields, 'peerDependencies')) {
    const meta = peersMeta[name];
    if (isRecord(meta) && meta.optional === true) continue;
    const found = tryFindPackage(name, from);
    if (found) yield { package: found, from: found.folder };
  }
}
