import { resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** A module that a registry imports. */
export interface TaskModule {
  /** As the registry writes it. */
  readonly specifier: string;
  /** Absolute path, links followed. */
  readonly path: string;
}

/**
 * The modules that a registry imports, as the bundler finds them. They have to be known before a bundle is made, as one
 * may be met first as an import of another.
 *
 * @param registryFile absolute path, links followed
 */
export async function taskModulesOf(registryFile: string, root: string, options: BuildOptions): Promise<TaskModule[]> {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: [registryFile],
    bundle: true,
    write: false,
    outdir: root, // Asked for, though nothing is written.
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
