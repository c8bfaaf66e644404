import { existsSync, realpathSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, formatMessages, type Metafile } from 'esbuild';
import { registryFile } from '../registry/registryFile.ts';
import { type BundleSizes, bundleSizes } from './bundleSizes.ts';
import { nameBundledTasks } from './nameBundledTasks.ts';
import { taskModulesOf } from './taskModules.ts';

export interface BundleOptions {
  /** Folder of the deployment. */
  readonly root: string;
  /** Folder into which `handler.mjs`, `thread.mjs`, `control.mjs` and their `chunks` go. */
  readonly outDir: string;
}

export interface BundleReport extends BundleSizes {
  readonly ms: number;
  /** What the bundler found strange, and where. */
  readonly warnings: readonly string[];
}

const environmentCredentials = fileURLToPath(
  new URL(`./environmentCredentials${extname(import.meta.url)}`, import.meta.url),
);

/** How modules are found: the same for the registry and for the bundle. */
const resolution = {
  platform: 'node',
  format: 'esm',
  splitting: true,
  // ES modules where a package has both, as only they can be cut down to what is used.
  mainFields: ['module', 'main'],
  alias: { '@aws-sdk/credential-provider-node': environmentCredentials },
} satisfies BuildOptions;

/** Some packages in CommonJS ask for Node's own modules; an ES module has no `require` to answer them with. */
const requireForCommonJs = `import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);`;

/**
 * Bundles the functions for Lambda: the dispatcher's handler, the entry of its worker threads and, if the deployment has
 * one, the handler of remote control, as ES modules that share chunks. Tasks stay in chunks of their own, each loaded
 * when it is first run.
 *
 * Throws esbuild's BuildFailure, which names the places.
 */
export async function bundleFunctions({ root, outDir }: BundleOptions): Promise<BundleReport> {
  const start = performance.now();
  const folder = realpathSync(root);
  const registry = join(folder, registryFile);
  const options = {
    ...resolution,
    absWorkingDir: folder,
    entryPoints: entryPoints(dirname(registry)),
    bundle: true,
    outdir: resolve(outDir),
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    // Lambda runs Node 24; what runs on 22 as well can be tried there.
    target: 'node22',
    minify: true,
    // Beside the bundle, without the sources themselves: tracebacks name the lines that people wrote.
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
    metafile: true,
    logLevel: 'silent', // Errors are thrown, and warnings reported.
    plugins: [nameBundledTasks(await taskModulesOf(registry, folder, resolution))],
  } satisfies BuildOptions;

  const plain = await build(options);
  const bundle = needsRequire(plain.metafile) ? await build({ ...options, banner: { js: requireForCommonJs } }) : plain;

  // Chunks have hashes in their names: those of an earlier build would pile up.
  await rm(join(options.outdir, 'chunks'), { recursive: true, force: true });
  await mkdir(join(options.outdir, 'chunks'), { recursive: true });
  await Promise.all(bundle.outputFiles.map(({ path, contents }) => writeFile(path, contents)));
  return {
    ...bundleSizes(bundle.metafile, folder, options.outdir),
    ms: performance.now() - start,
    warnings: await formatMessages(bundle.warnings, { kind: 'warning' }),
  };
}

/** The modules that are loaded by their names, by the name that each has in the bundle. */
function entryPoints(dispatcher: string): Record<string, string> {
  const control = join(dispatcher, '../control/handler.ts');
  return {
    handler: join(dispatcher, 'handler.ts'),
    thread: join(dispatcher, 'thread.ts'),
    ...(existsSync(control) && { control }),
  };
}

function needsRequire({ outputs }: Metafile): boolean {
  return Object.values(outputs).some(({ imports }) =>
    imports.some(({ kind, external }) => external && kind === 'require-call'),
  );
}
