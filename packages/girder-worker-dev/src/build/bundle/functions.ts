import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { mainOf } from './nodeCheck.ts';

/** The modules that Lambda or the pool load by file name. */
const names = ['handler', 'thread', 'control', 'deadLetters'] as const;
type FunctionName = (typeof names)[number];

/** The folder of each module in `functions/`, where a deployment may have its own. */
const folders = { handler: 'dispatcher', thread: 'dispatcher', control: 'control', deadLetters: 'dead-letters' };
/** The name of the module in that folder. */
const files = { handler: 'handler.ts', thread: 'thread.ts', control: 'handler.ts', deadLetters: 'handler.ts' };

const namespace = 'girder-worker-functions';

/**
 * Returns the entry points of esbuild, keyed by the names of their outputs: the modules of the deployment, such as
 * `functions/dispatcher/handler.ts`, and the default of each that does not exist. The handlers are imported by entries that check the
 * version of Node.js (nodeCheck.ts).
 *
 * @param dispatcher the folder of the registry, `functions/dispatcher`
 */
export function entryPoints(dispatcher: string): Record<string, string> {
  const entries = names.map((name) => {
    const file = join(dirname(dispatcher), folders[name], files[name]);
    // A thread runs with the Node.js of the handler that has started it.
    return [name === 'thread' ? name : mainOf(name), existsSync(file) ? file : `${namespace}:${name}`];
  });
  return Object.fromEntries(entries);
}

/** Returns a plugin of esbuild that provides the default modules: each passes the registry to the library. */
export function defaultFunctions(registry: string): Plugin {
  return {
    name: 'default-functions',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${namespace}:`) }, ({ path }) => ({
        path: path.slice(namespace.length + 1),
        namespace,
      }));
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: defaultModule(path as FunctionName, registry),
        resolveDir: dirname(registry),
        loader: 'ts',
      }));
    },
  };
}

/** The text of a default module. A deployment that needs more, such as a middleware of Middy, starts from it. */
function defaultModule(name: FunctionName, registry: string): string {
  const importRegistry = `import { registry } from ${JSON.stringify(registry)};`;
  switch (name) {
    case 'handler':
      return `import { createDispatcherHandler } from 'girder-worker/lambda/dispatcher';
${importRegistry}
export const handler = await createDispatcherHandler(registry, new URL('./thread.mjs', import.meta.url));`;
    case 'thread':
      return `import { serveRegistry } from 'girder-worker/lambda/thread';
${importRegistry}
serveRegistry(registry);`;
    case 'control':
      return `import { createControlHandler } from 'girder-worker/lambda/control';
${importRegistry}
export const handler = await createControlHandler(registry);`;
    case 'deadLetters':
      return `import { createDeadLetterHandler } from 'girder-worker/lambda/dead-letters';
${importRegistry}
export const handler = await createDeadLetterHandler(registry, new URL('./thread.mjs', import.meta.url));`;
  }
}
