import { basename } from 'node:path';
import type { Metafile } from 'esbuild';

/** The oldest Node.js that runs the functions, as `engines` of the library says. */
const oldestNode = { major: 22, minor: 13 };

const mainSuffix = '.main.mjs';

/** The name of the module that an entry such as `handler` imports when it has checked the version of Node.js. */
export function mainOf(entry: string): string {
  return `${entry}.main`;
}

export function isMain(file: string): boolean {
  return file.endsWith(mainSuffix);
}

export interface CheckedEntries {
  /** The texts of the entries by their paths, relative to the working directory of esbuild. */
  readonly texts: ReadonlyMap<string, string>;
  /** The metafile, in which the entries are outputs, too. */
  readonly metafile: Metafile;
}

/**
 * Creates an entry such as `handler.mjs` for each module such as `handler.main.mjs`. It imports that module when it has checked the version
 * of Node.js. A static import would be loaded before the check, and an old Node.js would report the first export or syntax that it lacks.
 */
export function createCheckedEntries({ inputs, outputs }: Metafile): CheckedEntries {
  const texts = new Map<string, string>();
  const all: Metafile['outputs'] = {};
  for (const [file, output] of Object.entries(outputs)) {
    if (output.entryPoint !== undefined && isMain(file)) {
      const { exports } = output;
      const entry = `${file.slice(0, -mainSuffix.length)}.mjs`;
      const text = entryText(basename(file), exports);
      texts.set(entry, text);
      const imports = [{ path: file, kind: 'dynamic-import' as const }];
      all[entry] = { bytes: Buffer.byteLength(text), inputs: {}, imports, exports };
    }
    all[file] = output;
  }
  return { texts, metafile: { inputs, outputs: all } };
}

/** The syntax is that of Node.js 16. The error has no stack, so that a log shows one line. */
function entryText(main: string, exports: readonly string[]): string {
  const { major, minor } = oldestNode;
  const names = exports.filter((name) => name !== 'default');
  return `const [major, minor] = process.versions.node.split('.').map(Number);
if (major < ${major} || (major === ${major} && minor < ${minor})) {
  const error = new Error('girder-worker needs Node.js ${major}.${minor} or newer, and this is Node.js ' + process.versions.node + ': set the runtime of the function to nodejs24.x.');
  error.stack = 'Error: ' + error.message;
  throw error;
}
const main = await import('./${main}');
${names.length > 0 ? `export const { ${names.join(', ')} } = main;\n` : ''}${exports.includes('default') ? 'export default main.default;\n' : ''}`;
}
