import { resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** A module that a registry imports. */
export interface TaskModule {
  /** As the registry imports it. */
  readonly specifier: string;
  /** Absolute path, with symbolic links resolved. */
  readonly path: string;
}

/**
 * Returns the modules that a registry imports, as the bundler resolves them. They must be known before the bundle is built,
 * because the bundler may reach one of them first through an import of another.
 *
 * @param registryFile absolute path, with symbolic links resolved
 */
export async function taskModulesOf(registryFile: string, root: string, options: BuildOptions): Promise<TaskModule[]> {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: [registryFile],
    bundle: true,
    write: false,
    outdir: root, // Required, although nothing is written.
    metafile: true,
    logLevel: 'silent', // Errors are thrown.
    plugins: [followOnlyImportsOf(registryFile)],
  });
  const registry = Object.entries(metafile.inputs).find(([path]) => resolve(root, path) === registryFile);
  const imports = registry?.[1].imports.filter(({ external }) => !external) ?? [];
  const specifiers = new Map(imports.map(({ path, original }) => [resolve(root, path), original ?? path]));
  return [...specifiers].map(([path, specifier]) => ({ path, specifier }));
}

function followOnlyImportsOf(file: string): Plugin {
  return {
    name: 'follow-only-imports-of-the-registry',
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ kind, importer, path }) =>
        kind === 'entry-point' || importer === file ? undefined : { path, external: true },
      );
    },
  };
}
