import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The properties that the build reads of a package.json. Their types are not checked yet. */
export interface Manifest {
  readonly version?: unknown;
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
  readonly entry_points?: unknown;
}

/** An installed package. */
export interface InstalledPackage {
  readonly manifest: Manifest;
  /** Absolute path, with symbolic links resolved. */
  readonly folder: string;
}

/** Reads a package.json. Throws an Error whose message is the reason if it cannot be read. */
export function readManifest(file: string): Manifest {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isRecord(content)) throw new Error('it is not a JSON object');
  return content;
}

/**
 * Finds a package as Node.js does for a module in this folder: in the nearest `node_modules` upwards. Searches the file
 * system itself, because Node's resolution refuses packages that do not export their package.json. Throws an Error whose
 * message is the reason if there is no such package.
 */
export function findPackage(name: string, from: string): InstalledPackage {
  if (!packageName.test(name)) throw new Error('it is not a valid package name');
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = realPath(join(folder, 'node_modules', name));
    if (candidate !== undefined) return { folder: candidate, manifest: readManifest(join(candidate, 'package.json')) };
    if (folder === dirname(folder)) throw new Error('it is not in node_modules');
  }
}

/** npm's rule for new and legacy names. No such name leads out of node_modules. */
const packageName = /^(?:@[^\s/@.][^\s/@]*\/)?[^\s/@.][^\s/@]*$/;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // It does not exist, or is a broken link.
  }
}
