import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

/**
 * Returns the URL of a module as a module in this folder would import it. Needs Node's flag
 * `--experimental-import-meta-resolve`, because `require.resolve` does not apply the condition "import". Throws an Error
 * whose message is the reason if the module cannot be found.
 */
export function resolveFrom(folder: string, specifier: string): string {
  const url = import.meta.resolve(specifier, pathToFileURL(join(folder, 'package.json')));
  // Node resolves by "exports" alone, and checks only on import whether the file exists.
  if (url.startsWith('file:') && !existsSync(fileURLToPath(url)))
    throw new Error(`the file ${display(url)} does not exist`);
  return url;
}

/**
 * Returns the URL of a task module. A plugin imports it from its own package, the dispatcher from the deployment. Throws an
 * Error unless both resolve to the same file: otherwise the registered task would not be the one that runs.
 */
export function resolveTaskModule(specifier: string, folder: string, root: string): string {
  const fromPlugin = resolveFrom(folder, specifier);
  const fromRoot = resolveForDispatcher(root, specifier);
  if (fromPlugin === fromRoot) return fromPlugin;
  throw new Error(`the plugin resolves it to ${display(fromPlugin)}, but the dispatcher to ${display(fromRoot)}`);
}

/** Whether an imported module is CommonJS. Its `module.exports` is then the default export. */
export function isCommonJs(url: string, exports: Readonly<Record<string, unknown>>): boolean {
  const loaded = url.startsWith('file:') ? require.cache[fileURLToPath(url)] : undefined;
  return loaded !== undefined && loaded.exports === exports.default;
}

function resolveForDispatcher(root: string, specifier: string): string {
  try {
    return resolveFrom(root, specifier);
  } catch (error) {
    throw new Error(`the plugin can resolve it, but the dispatcher cannot: ${(error as Error).message}`);
  }
}

function display(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}
