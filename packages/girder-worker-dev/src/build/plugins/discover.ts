import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type EntryPoint, entryPointGroup, parseEntryPoint } from './entryPoint.ts';
import type { Fault } from './faults.ts';
import { findPackage, type InstalledPackage, isRecord, type Manifest, readManifest } from './manifest.ts';
import { hasEntryPoints, manifestNotices } from './manifestNotices.ts';

/** An entry point of a package in node_modules. */
export interface DiscoveredPlugin {
  /** `name@version` of the package. */
  readonly id: string;
  /** Absolute path of the package, with symbolic links resolved. */
  readonly folder: string;
  readonly entryPoint: EntryPoint;
}

export interface Discovery {
  /** Sorted by package; those of one package in the order of its declaration. */
  readonly plugins: readonly DiscoveredPlugin[];
  readonly faults: readonly Fault[];
  /** Probable mistakes in package.json files by which tasks would be missing, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Finds the plugins of a deployment: the direct `dependencies` of the root package that declare entry points. A dependency
 * that is not installed is a fault. Reads only package.json files and runs no code of the packages.
 */
export function discover(root: string): Discovery {
  const file = join(resolve(root), 'package.json');
  let dependencies: readonly string[];
  let manifest: Manifest;
  try {
    manifest = readManifest(file);
    dependencies = dependenciesOf(manifest);
  } catch (error) {
    return { plugins: [], faults: [{ code: 'ROOT_UNREADABLE', file, reason: reasonOf(error) }], notices: [] };
  }

  const plugins: DiscoveredPlugin[] = [];
  const faults: Fault[] = [];
  const notices = undeployedPlugins(manifest, dependencies, realpathSync(root));
  for (const dependency of dependencies) {
    try {
      const found = findPackage(dependency, realpathSync(root));
      const declared = pluginsOf(dependency, found);
      plugins.push(...declared.plugins);
      faults.push(...declared.faults);
      notices.push(...manifestNotices(dependency, found));
    } catch (error) {
      faults.push({ code: 'DEPENDENCY_UNRESOLVABLE', dependency, root: file, reason: reasonOf(error) });
    }
  }
  return { plugins, faults, notices };
}

/** Returns a notice for each plugin among the `devDependencies`: these are not deployed. */
function undeployedPlugins({ devDependencies }: Manifest, dependencies: readonly string[], root: string): string[] {
  const names = isRecord(devDependencies) ? Object.keys(devDependencies) : [];
  return names
    .filter((name) => !dependencies.includes(name) && isPlugin(name, root))
    .map(
      (name) =>
        `The plugin ${name} is among the "devDependencies" of ${join(root, 'package.json')}, which are not deployed: its tasks are not in the registry. Move it to "dependencies".`,
    );
}

function isPlugin(name: string, root: string): boolean {
  try {
    return hasEntryPoints(findPackage(name, root).manifest);
  } catch {
    return false; // It is not installed, or has no package.json that can be read: it is not deployed, anyway.
  }
}

function dependenciesOf({ dependencies = {} }: Manifest): readonly string[] {
  if (!isRecord(dependencies)) throw new Error('its "dependencies" must be an object');
  return Object.keys(dependencies).sort((one, other) => (one < other ? -1 : 1));
}

function pluginsOf(name: string, { manifest, folder }: InstalledPackage): Omit<Discovery, 'notices'> {
  const id = typeof manifest.version === 'string' ? `${name}@${manifest.version}` : name;
  const plugins: DiscoveredPlugin[] = [];
  const faults: Fault[] = [];
  for (const declared of entryPointsOf(manifest)) {
    try {
      if (typeof declared !== 'string') throw new Error('it must be a string');
      plugins.push({ id, folder, entryPoint: parseEntryPoint(declared) });
    } catch (error) {
      const entryPoint = typeof declared === 'string' ? declared : JSON.stringify(declared);
      faults.push({ code: 'ENTRY_POINT_MALFORMED', plugin: id, entryPoint, reason: reasonOf(error) });
    }
  }
  return { plugins, faults };
}

/** What a package declares in the group of girder-worker. As in setuptools, a single string is a list of one. */
function entryPointsOf({ entry_points: groups }: Manifest): readonly unknown[] {
  const declared = isRecord(groups) ? groups[entryPointGroup] : undefined;
  if (declared === undefined) return [];
  return Array.isArray(declared) ? declared : [declared];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
