import { basename, dirname, relative, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { isMain } from './nodeCheck.ts';

export interface BundleSizes {
  readonly entries: readonly {
    /** The path relative to the folder of the bundle. */
    readonly file: string;
    /**
     * The minified size of what a cold start loads: the file, the module that it imports after its check of Node.js, and their static
     * imports, direct and indirect.
     */
    readonly eagerBytes: number;
  }[];
  /** The size of all code, without source maps. */
  readonly totalBytes: number;
}

type Outputs = Metafile['outputs'];

/**
 * Computes the sizes of a bundle from esbuild's metafile.
 *
 * @param root esbuild's working directory
 * @param outDir the folder of the bundle; the files directly in it are its entries
 */
export function bundleSizes({ outputs }: Metafile, root: string, outDir: string): BundleSizes {
  const code = Object.keys(outputs).filter((file) => !file.endsWith('.map'));
  const entries = code.filter((file) => relative(outDir, dirname(resolve(root, file))) === '' && !isMain(file));
  return {
    entries: entries.map((file) => {
      const loaded = eagerFiles(outputs, file);
      const main = outputs[file]?.imports.find(({ path }) => isMain(path))?.path;
      if (main !== undefined) eagerFiles(outputs, main, loaded);
      return { file: basename(file), eagerBytes: bytesOf(outputs, loaded) };
    }),
    totalBytes: bytesOf(outputs, code),
  };
}

/** The file and its static imports, direct and indirect. */
function eagerFiles(outputs: Outputs, file: string, seen: Set<string> = new Set()): Set<string> {
  seen.add(file);
  for (const { path, kind } of outputs[file]?.imports ?? []) {
    if (kind === 'import-statement' && Object.hasOwn(outputs, path) && !seen.has(path)) eagerFiles(outputs, path, seen);
  }
  return seen;
}

function bytesOf(outputs: Outputs, files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
}
