import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Registry } from '../../registry/registry.ts';
import { registryFile } from '../../registry/registryFile.ts';

/**
 * Imports the registry of the deployment in the folder `root`. Throws an Error that names the file if there is no registry.
 */
export async function readRegistry(root: string): Promise<Registry> {
  const file = registryPath(root);
  if (!existsSync(file)) {
    throw new Error(
      `There is no registry ${file}. Run the command in the folder of the deployment or name the folder with --root; girder-worker build-registry writes the registry.`,
    );
  }
  const { registry } = (await import(pathToFileURL(file).href)) as { registry: Registry };
  return registry;
}

/** The absolute path of the registry of the deployment in the folder `root`. */
export function registryPath(root: string, out?: string): string {
  return out === undefined ? resolve(root, registryFile) : resolve(out);
}
