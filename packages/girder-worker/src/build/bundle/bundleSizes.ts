import { basename, dirname, relative, resolve } from 'node:path';
import type { Metafile } from 'esbuild';

export interface BundleSizes {
  readonly entries: readonly {
    /** Relative to the folder of the bundle. */
    readonly file: string;
    /** What is loaded on a cold start: the file and all that it imports statically, minified. */
    readonly eagerBytes: number;
  }[];
  /** All code, whether it is loaded at once or when it is needed; without source maps. */
  readonly totalBytes: number;
}

type Outputs = Metafile['outputs'];

/**
 * The sizes of a bundle, from what esbuild tells of it.
 *
 * @param root the folder that esbuild worked in
 * @param outDir the folder of the bundle; what lies in it directly are its entries
 */
export function bundleSizes({ outputs }: Metafile, root: string, outDir: string): BundleSizes {
  const code = Object.keys(outputs).filter((file) => !file.endsWith('.map'));
  const entries = code.filter((file) => relative(outDir, dirname(resolve(root, file))) === '');
  return {
    entries: entries.map((file) => ({ file: basename(file), eagerBytes: bytesOf(outputs, eagerFiles(outputs, file)) })),
    totalBytes: bytesOf(outputs, code),
  };
}

/** A file, and those that it imports statically, directly or not. */
function eagerFiles(outputs: Outputs, file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  seen.add(file);
  for (const { path, kind } of outputs[file]?.imports ?? []) {
    if (kind === 'import-statement' && Object.hasOwn(outputs, path) && !seen.has(path)) eagerFiles(outputs, path, seen);
  }
  return seen;
}

function bytesOf(outputs: Outputs, files: Iterable<string>): number {
  return [...files].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
}
