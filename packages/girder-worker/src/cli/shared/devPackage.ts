import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { Output } from './output.ts';

/** What the package girder-worker-dev gives to this one: it builds registries and bundles, and runs the local stack. */
export interface DevPackage {
  /** The commands `dev`, `build`, `build-registry`, `doctor`, `dashboard` and `create`. */
  commands(): Command[];
  /**
   * Builds the registry of the deployment in the folder `root` and writes it to its default path. Resolves to false if a
   * plugin has a fault; the faults are written to `output` then.
   */
  updateRegistry(root: string, out: string | undefined, output: Output): Promise<boolean>;
}

/**
 * Imports the package girder-worker-dev that is installed in this folder, or else beside this package. Resolves to undefined
 * if it is not installed: a program that sends tasks, or a container that runs them, does not need it.
 */
export async function importDevPackage(folder: string): Promise<DevPackage | undefined> {
  for (const from of [pathToFileURL(resolve(folder, 'package.json')), import.meta.url]) {
    const file = resolveFrom(from);
    if (file !== undefined) return (await import(pathToFileURL(file).href)) as DevPackage;
  }
  return undefined;
}

function resolveFrom(place: URL | string): string | undefined {
  try {
    return createRequire(place).resolve('girder-worker-dev');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
