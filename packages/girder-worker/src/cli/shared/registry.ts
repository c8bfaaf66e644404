// The modules of build/ are imported dynamically, because most commands do not need them.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RegistryBuild, RegistryBuildOptions } from '../../build/registry/buildRegistry.ts';
import type { Registry } from '../../registry/registry.ts';
import { count, displayPath, type Output } from './output.ts';

/**
 * Imports the registry of the deployment in the folder `root`. Throws an Error that names the file if there is no registry.
 */
export async function readRegistry(root: string): Promise<Registry> {
  const file = await registryPath(root);
  if (!existsSync(file)) {
    throw new Error(
      `There is no registry ${file}. Run the command in the folder of the deployment or name the folder with --root; girder-worker build-registry writes the registry.`,
    );
  }
  const { registry } = (await import(pathToFileURL(file).href)) as { registry: Registry };
  return registry;
}

/**
 * Builds the registry of the deployment in the folder `root` and writes it to `out`, or to its default path. Resolves to
 * false if a plugin has a fault; the faults are written to `output` then.
 */
export async function updateRegistry(root: string, out: string | undefined, output: Output): Promise<boolean> {
  const build = await buildAndReport(root, output);
  if (!build) return false;
  const { writeRegistry } = await import('../../build/registry/registryFile.ts');
  const file = await registryPath(root, out);
  const isWritten = await writeRegistry(file, build.text);
  const content = `${count(build.tasks, 'task')} of ${count(build.plugins.length, 'plugin')}`;
  output.writeOut(`${isWritten ? 'Wrote' : 'Nothing new in'} ${displayPath(file)}: ${content}.\n`);
  return true;
}

/** Builds the registry and writes what it found to `output`. Resolves to undefined if a plugin has a fault. */
export async function buildAndReport(root: string, { writeOut, writeErr }: Output): Promise<RegistryBuild | undefined> {
  const { buildRegistry } = await import('../../build/registry/buildRegistry.ts');
  const { RegistryBuildError } = await import('../../build/plugins/registryBuildError.ts');
  const onPlugin: RegistryBuildOptions['onPlugin'] = ({ id, tasks, faults }) =>
    writeOut(`${id}: ${count(tasks, 'task')}${faults === 0 ? '' : `, ${count(faults, 'fault')}`}\n`);
  try {
    const build = await buildRegistry({ root, onPlugin });
    for (const notice of build.notices) writeErr(`Note: ${notice}\n`);
    if (build.plugins.length === 0) {
      writeOut(
        'No dependency of the root package.json is a plugin: the registry is empty. To add one, see girder-worker build-registry --help.\n',
      );
    }
    return build;
  } catch (error) {
    if (!(error instanceof RegistryBuildError)) throw error;
    writeErr(`${error.message}\n`);
    return undefined;
  }
}

/** The absolute path of the registry of the deployment in the folder `root`. */
export async function registryPath(root: string, out?: string): Promise<string> {
  const { registryFile } = await import('../../build/registry/registryFile.ts');
  return out === undefined ? resolve(root, registryFile) : resolve(out);
}
