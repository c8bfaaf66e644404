import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** How programs import a module, or the reason why it gives no names to its tasks. */
export type ModuleSpecifier =
  | { readonly specifier: string }
  | { readonly code: 'MODULE_NOT_IN_PLUGIN' | 'MODULE_NOT_EXPORTED' };

interface Manifest {
  readonly name?: string;
  readonly exports?: unknown;
  readonly entry_points?: { readonly girder_worker_plugins?: unknown };
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const known = new Map<string, ModuleSpecifier>();

/**
 * Returns the import specifier of a file: the name of its package and the key of `exports`, or its path if the package has
 * no `exports`. The file of a package that is no plugin has none: it is a program or a bundle, which no worker imports.
 */
export function specifierOf(file: string): ModuleSpecifier {
  const found = known.get(file) ?? findSpecifier(file);
  known.set(file, found);
  return found;
}

function findSpecifier(file: string): ModuleSpecifier {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifestFile = join(folder, 'package.json');
    if (!existsSync(manifestFile)) continue;
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest;
    const { name, exports } = manifest;
    if (name === undefined) continue;
    if (!isPlugin(manifest)) return { code: 'MODULE_NOT_IN_PLUGIN' };
    const path = `./${relative(folder, file).split(sep).join('/')}`;
    const subpath = exports === undefined ? path.replace(/(\/index)?\.[cm]?[jt]s$/, '') : subpathOf(path, exports);
    return subpath === undefined ? { code: 'MODULE_NOT_EXPORTED' } : { specifier: name + subpath.slice(1) };
  }
  return { code: 'MODULE_NOT_IN_PLUGIN' };
}

/** Whether a package declares a plugin, or has tasks for one: then the program that installs it chooses the library. */
function isPlugin({ entry_points: groups, peerDependencies }: Manifest): boolean {
  return groups?.girder_worker_plugins !== undefined || peerDependencies?.['girder-worker'] !== undefined;
}

/** The key of `exports` that has this file as a target, under any condition. */
function subpathOf(path: string, exports: unknown): string | undefined {
  if (typeof exports !== 'object' || exports === null) return matchTarget(path, '.', exports);
  const entries = Object.entries(exports);
  if (!entries.some(([key]) => key.startsWith('.'))) return matchTarget(path, '.', exports);
  for (const [key, target] of entries) {
    const subpath = matchTarget(path, key, target);
    if (subpath !== undefined) return subpath;
  }
  return undefined;
}

function matchTarget(path: string, key: string, target: unknown): string | undefined {
  if (typeof target === 'string') {
    const [head = '', tail] = target.split('*');
    if (tail === undefined) return target === path ? key : undefined;
    const matches = path.length >= head.length + tail.length && path.startsWith(head) && path.endsWith(tail);
    return matches ? key.replace('*', path.slice(head.length, path.length - tail.length)) : undefined;
  }
  if (typeof target !== 'object' || target === null) return undefined;
  for (const inner of Object.values(target)) {
    const subpath = matchTarget(path, key, inner);
    if (subpath !== undefined) return subpath;
  }
  return undefined;
}
