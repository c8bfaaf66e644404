import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

/**
 * The URL of a module as a module in this folder would import it. Needs Node's `--experimental-import-meta-resolve`, as
 * `require.resolve` does not know the condition "import". Throws an Error that says why it cannot be found.
 */
export function resolveFrom(folder: string, specifier: string): string {
  const url = import.meta.resolve(specifier, pathToFileURL(join(folder, 'package.json')));
  // Node takes the word of "exports", and looks for the file only when it is imported.
  if (url.startsWith('file:') && !existsSync(fileURLToPath(url))) throw new Error(`there is no file ${shown(url)}`);
  return url;
}

/**
 * The URL of a task module. A plugin imports it from within its own package; the dispatcher, from the deployment. Both
 * have to come to the same file, or the task that is registered is not the one that runs.
 */
export function resolveTaskModule(specifier: string, folder: string, root: string): string {
  const fromPlugin = resolveFrom(folder, specifier);
  const fromRoot = resolveForDispatcher(root, specifier);
  if (fromPlugin === fromRoot) return fromPlugin;
  throw new Error(`the plugin finds ${shown(fromPlugin)}, but the dispatcher ${shown(fromRoot)}`);
}

/** Whether a module that has been imported is CommonJS: what it gave to `module.exports` is then its default export. */
export function isCommonJs(url: string, exports: Readonly<Record<string, unknown>>): boolean {
  const loaded = url.startsWith('file:') ? require.cache[fileURLToPath(url)] : undefined;
  return loaded !== undefined && loaded.exports === exports.default;
}

function resolveForDispatcher(root: string, specifier: string): string {
  try {
    return resolveFrom(root, specifier);
  } catch (error) {
    throw new Error(`the plugin finds it, but the dispatcher does not: ${(error as Error).message}`);
  }
}

function shown(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}
