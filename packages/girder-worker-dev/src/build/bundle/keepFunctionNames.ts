import { dirname } from 'node:path';
import { build, type Loader } from 'esbuild';

/** A module as an esbuild plugin returns it. */
export interface ModuleText {
  readonly contents: string;
  readonly loader: Loader;
}

/**
 * Returns a module whose functions and classes keep their names when the bundle is minified: tracebacks of tasks show them.
 * It is applied to the modules of plugins only. For the whole bundle, esbuild's `keepNames` would add a tenth to what every cold
 * start loads, and `minifyIdentifiers: false` almost a half (docs/performance.md); of the library, tracebacks show no frames.
 *
 * @param path absolute path of the module, whose package's tsconfig.json applies, if it has one
 */
export async function keepFunctionNames(path: string, { contents, loader }: ModuleText): Promise<ModuleText> {
  const { outputFiles } = await build({
    stdin: { contents, loader, sourcefile: path, resolveDir: dirname(path) },
    absWorkingDir: dirname(path),
    bundle: false,
    write: false,
    keepNames: true,
    target: 'esnext', // The bundle has a target; here, nothing but types and JSX is compiled.
    sourcemap: 'inline', // esbuild composes it with the map of the bundle.
    sourcesContent: false,
    logLevel: 'silent', // Errors are thrown.
  });
  return { contents: outputFiles[0]!.text, loader: 'js' };
}
