import { realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { count, print, processOutput, registryPath } from 'girder-worker/internal/cli';
import { nodeSystem } from 'girder-worker/internal/system';
import { discover } from '../../build/plugins/discover.ts';
import type { FunctionFiles, LocalDispatcher } from '../../local/localDispatcher.ts';
import { createSourceWatch } from '../../local/sourceWatch.ts';
import { updateRegistry } from './updateRegistry.ts';

/** The functions of a bundle, and the sources that it was made of. */
export interface BuiltFunctions {
  readonly functions: FunctionFiles;
  /** Absolute paths. */
  readonly sources: readonly string[];
  readonly totalBytes: number;
  readonly ms: number;
  /** Removes the folder of the bundle. */
  remove(): Promise<void>;
}

/**
 * Builds registry and bundle again when the code or the package.json of a plugin has changed, and reloads the functions. If
 * that fails, prints why and keeps those that run. Returns a function that stops it.
 *
 * @param first the bundle that runs
 */
export function startReloading(
  root: string,
  dispatcher: Pick<LocalDispatcher, 'reload'>,
  first: BuiltFunctions,
  build: () => Promise<BuiltFunctions>,
): () => Promise<void> {
  let running = first;
  let reloading: Promise<void> = Promise.resolve();
  const sources = createSourceWatch((changed) => {
    reloading = reload(changed);
  });
  const watchAll = (options?: { readonly anyFile: boolean }) => {
    // The build itself writes the registry.
    const code = running.sources.filter((file) => file !== realpathSync(registryPath(root)));
    sources.watch([...code, ...manifestsOf(root)], options);
  };

  async function reload(changed: readonly string[]): Promise<void> {
    const startMs = nodeSystem.now();
    const what = describe(root, changed);
    const succeeded = await rebuild();
    if (succeeded) print(`Reloaded in ${((nodeSystem.now() - startMs) / 1000).toFixed(1)} s: ${what} changed`);
    else print(`Not reloaded, although ${what} changed: the faults are above. The functions run the code before.`);
    watchAll({ anyFile: !succeeded });
  }

  async function rebuild(): Promise<boolean> {
    try {
      if (!(await updateRegistry(root, undefined, { ...processOutput, writeOut: () => undefined }))) return false;
      const next = await build();
      const { remove } = running;
      await dispatcher.reload(next.functions, () => void remove());
      running = next;
      return true;
    } catch (error) {
      processOutput.writeErr(`${error instanceof Error ? error.message : String(error)}\n`);
      return false;
    }
  }

  watchAll();
  return async () => {
    sources.stop();
    await reloading;
  };
}

/** The package.json of the deployment and of each plugin. */
function manifestsOf(root: string): string[] {
  const plugins = discover(root).plugins.map(({ folder }) => join(folder, 'package.json'));
  return [resolve(root, 'package.json'), ...plugins];
}

function describe(root: string, [first = '', ...others]: readonly string[]): string {
  const path = relative(resolve(root), first);
  return others.length === 0 ? path : `${path} and ${count(others.length, 'other file')}`;
}
