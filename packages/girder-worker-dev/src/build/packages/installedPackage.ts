import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPackage, type InstalledPackage, isRecord, readManifest } from '../plugins/manifest.ts';

/** The fields of a package.json by name, of any type. */
export type Fields = Readonly<Record<string, unknown>>;

/** An installed package with its identity. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** `name@version`. */
  readonly id: string;
  readonly fields: Fields;
  /** Absolute path, with symbolic links resolved. */
  readonly folder: string;
}

/** Finds a package as a module in the folder `from` would. Returns undefined if it is not installed. */
export function tryFindPackage(name: string, from: string): Package | undefined {
  try {
    return toPackage(name, findPackage(name, from));
  } catch {
    return undefined; // Without a readable package.json it cannot be imported either: the bundler reports the import.
  }
}

/** Finds a package as a module in the folder `from` would. Throws an Error whose message is the reason if it cannot be found. */
export function requirePackage(name: string, from: string): Package {
  return toPackage(name, findPackage(name, from));
}

function toPackage(name: string, { manifest, folder }: InstalledPackage): Package {
  const fields = manifest as Fields;
  const version = typeof fields.version === 'string' ? fields.version : '0.0.0';
  return { name, version, id: `${name}@${version}`, fields, folder };
}

/** Returns the package of which a folder is a part, or undefined if there is none. */
export type PackageFinder = (folder: string) => Package | undefined;

/** Finds the package of folders: the nearest package.json with a name, as others only set the type of modules. */
export function createPackageFinder(): PackageFinder {
  const known = new Map<string, Package | undefined>();
  const find: PackageFinder = (folder) => {
    if (!known.has(folder)) {
      const parent = dirname(folder);
      known.set(folder, packageAt(folder) ?? (parent === folder ? undefined : find(parent)));
    }
    return known.get(folder);
  };
  return find;
}

/** Returns the package with its package.json in this folder, or undefined. */
export function packageAt(folder: string): Package | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const manifest = readManifest(file);
  const { name } = manifest as Fields;
  return typeof name === 'string' ? toPackage(name, { manifest, folder }) : undefined;
}

/** The names and versions of a field such as `dependencies`, sorted by name. */
export function dependenciesIn(fields: Fields, field: string): [name: string, range: string][] {
  const dependencies = fields[field];
  if (!isRecord(dependencies)) return [];
  return Object.entries(dependencies)
    .map(([name, range]): [string, string] => [name, String(range)])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
