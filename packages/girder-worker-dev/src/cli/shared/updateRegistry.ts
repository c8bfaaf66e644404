// The modules of build/ are imported dynamically, because the help of the commands does not need them.
import { count, displayPath, type Output, registryPath } from 'girder-worker/internal/cli';
import type { RegistryBuild, RegistryBuildOptions } from '../../build/registry/buildRegistry.ts';

/**
 * Builds the registry of the deployment in the folder `root` and writes it to `out`, or to its default path. Resolves to
 * false if a plugin has a fault; the faults are written to `output` then.
 */
export async function updateRegistry(root: string, out: string | undefined, output: Output): Promise<boolean> {
  const build = await buildAndReport(root, output);
  if (!build) return false;
  const { writeRegistry } = await import('../../build/registry/registryFile.ts');
  const file = registryPath(root, out);
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
