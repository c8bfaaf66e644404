import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the build reads of a package.json; anybody may have written it, so nothing of it is taken on trust. */
export interface Manifest {
  readonly version?: unknown;
  readonly dependencies?: unknown;
  readonly entry_points?: unknown;
}

/** An installed package. */
export interface InstalledPackage {
  readonly manifest: Manifest;
  /** Absolute path, links followed. */
  readonly folder: string;
}

/** Reads a package.json. Throws an Error that says why it cannot be read. */
export function readManifest(file: string): Manifest {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isRecord(content)) throw new Error('it is not a JSON object');
  return content;
}

/**
 * The package as Node finds it for a module in this folder: in the nearest `node_modules` upwards. Reads the disk, as
 * Node's own resolution refuses packages that do not export their package.json. Throws an Error that says why there is
 * none.
 */
export function findPackage(name: string, from: string): InstalledPackage {
  if (!packageName.test(name)) throw new Error('this is not the name of a package');
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = realPath(join(folder, 'node_modules', name));
    if (candidate !== undefined) return { folder: candidate, manifest: readManifest(join(candidate, 'package.json')) };
    if (folder === dirname(folder)) throw new Error('it is not in node_modules');
  }
}

/** npm's rule for new and old names; above all, no name leads out of node_modules. */
const packageName = /^(?:@[^\s/@.][^\s/@]*\/)?[^\s/@.][^\s/@]*$/;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // Not there, or a link to what is not there.
  }
}
