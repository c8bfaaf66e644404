import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, formatMessages, type Metafile } from 'esbuild';
import { nodeSystem } from 'girder-worker/internal/system';
import { registryFile } from 'girder-worker/internal/task';
import { createPackageFinder } from '../packages/installedPackage.ts';
import { functionPlatform, type Platform } from '../packages/platform.ts';
import { boundNamesOnly } from './boundNamesOnly.ts';
import { readBundledPlugins } from './bundledPlugins.ts';
import { type BundleSizes, bundleSizes } from './bundleSizes.ts';
import { createExternalPackages } from './externalPackages.ts';
import { defaultFunctions, entryPoints } from './functions.ts';
import { createModuleContents } from './moduleContents.ts';
import { createCheckedEntries } from './nodeCheck.ts';
import { type Pack, preparePack, writePack } from './packBundle.ts';
import { pluginCode } from './pluginShares.ts';
import { taskModulesOf } from './taskModules.ts';

export interface BundleOptions {
  /** The folder of the deployment. */
  readonly root: string;
  /** The folder for `handler.mjs`, `thread.mjs`, `control.mjs`, `deadLetters.mjs` and their `chunks`. */
  readonly outDir: string;
  /**
   * The folder from which source maps name the sources. The names of chunks depend on it, because they contain a hash of code and map.
   * @default outDir, so that tracebacks name files of this machine
   */
  readonly mapsFrom?: string;
  /** Where the functions run, for packages with native code. @default linux-x64 with glibc, Lambda's x86_64 */
  readonly platform?: Platform;
}

export interface BundleReport extends BundleSizes, Pack {
  /** How long bundling took. */
  readonly ms: number;
  /** Absolute paths of the modules in the bundle that are no part of an installed package: a change of one changes the bundle. */
  readonly sources: readonly string[];
  /** Warnings of the bundler and about files of plugins, with their places in the source. */
  readonly warnings: readonly string[];
}

/** Modules that replace packages of the AWS SDK. */
const replacement = (name: string) => fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));

/** How modules are resolved, for the registry and for the bundle alike. */
const resolution = {
  platform: 'node',
  format: 'esm',
  splitting: true,
  // If a package has both, its ES modules: only from these can unused exports be removed.
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': replacement('environmentCredentials'),
    '@aws-sdk/middleware-endpoint-discovery': replacement('noEndpointDiscovery'),
  },
  // The AWS SDK imports it to describe a browser: 34 KB that no function loads.
  external: ['bowser'],
} satisfies BuildOptions;

/** Some CommonJS packages call `require` for modules of Node.js. An ES module has no `require`. */
const requireForCommonJs = `import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);`;

/**
 * Bundles the functions for Lambda as ES modules that share chunks: the handler of the dispatcher, the entry of its worker
 * threads, and the handlers of remote control and of dead letters. Task modules are separate chunks, each loaded when one of its tasks runs for the
 * first time. Packages with native code are copied to `node_modules` beside the bundle, and the files of plugins to `files`.
 *
 * Throws esbuild's BuildFailure, which lists the errors with their places in the source, or a BundleError, which lists what
 * cannot be packed. Nothing is written then.
 */
export async function bundleFunctions({
  root,
  outDir,
  mapsFrom = outDir,
  platform = functionPlatform('x86_64'),
}: BundleOptions): Promise<BundleReport> {
  const startMs = nodeSystem.now();
  const folder = realpathSync(root);
  const registry = join(folder, registryFile);
  const taskModules = await taskModulesOf(registry, folder, resolution);
  const packageOf = createPackageFinder();
  const plugins = readBundledPlugins(folder, taskModules, packageOf);
  const external = createExternalPackages({
    ...{ root: folder, packageOf },
    ...{ isBundled: plugins.isBundled, named: plugins.external },
  });
  const functions = dirname(dirname(registry));
  const contents = createModuleContents({ taskModules, plugins, packageOf, functions, platform });
  const options = {
    ...resolution,
    absWorkingDir: folder,
    entryPoints: entryPoints(dirname(registry)),
    bundle: true,
    outdir: resolve(mapsFrom),
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    assetNames: 'chunks/[name]-[hash]',
    loader: { '.wasm': 'copy' },
    // Lambda runs Node 24. A bundle for 22 can also run on a machine that has only that.
    target: 'node22',
    minify: true,
    // Tracebacks name the lines of the sources. The maps do not contain the sources themselves.
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
    metafile: true,
    logLevel: 'silent', // Errors are thrown, warnings are returned.
    plugins: [defaultFunctions(registry), boundNamesOnly, contents.plugin, external.plugin],
  } satisfies BuildOptions;

  const plain = await build(options);
  const bundle = needsRequire(plain.metafile) ? await build({ ...options, banner: { js: requireForCommonJs } }) : plain;
  const { texts, metafile } = createCheckedEntries(bundle.metafile);
  const target = resolve(outDir);
  const entries = [...texts].map(([path, text]) => ({ path: resolve(folder, path), contents: Buffer.from(text) }));
  const outputs = [...bundle.outputFiles, ...entries].map(({ path, contents }) => ({
    path: join(target, relative(options.outdir, path)),
    contents,
  }));
  const pack = await preparePack({
    ...{ root: folder, platform },
    imported: external.packagesOf(bundle.metafile),
    named: plugins.external,
    namedBy: plugins.namedBy,
    pluginCode: pluginCode({ ...{ metafile, taskModules, packageOf }, root: folder }),
    optional: external.optional(),
    files: new Map([...plugins.files, ...contents.files()]),
    codeBytes: outputs.reduce((sum, { contents: { length } }) => sum + length, 0),
    faults: [...plugins.faults, ...contents.faults],
  });

  // The files of an earlier build may have other names, and would become a part of the archive.
  await rm(join(target, 'chunks'), { recursive: true, force: true });
  await mkdir(join(target, 'chunks'), { recursive: true });
  const earlier = (await readdir(target)).filter((name) => /\.mjs(\.map)?$/.test(name));
  await Promise.all(earlier.map((name) => rm(join(target, name))));
  await Promise.all(outputs.map(({ path, contents }) => writeFile(path, contents)));
  await writePack(pack, target);
  return {
    ...pack,
    ...bundleSizes(metafile, folder, options.outdir),
    sources: sourcesOf(bundle.metafile, folder),
    ms: nodeSystem.now() - startMs,
    warnings: [
      ...(await formatMessages(bundle.warnings, { kind: 'warning' })),
      ...contents.warnings(bundle.metafile, folder),
      ...pack.warnings,
    ],
  };
}

/** What npm has installed changes only with package.json. A linked package is named by its real path. */
function sourcesOf({ inputs }: Metafile, folder: string): string[] {
  return Object.keys(inputs)
    .map((path) => resolve(folder, path))
    .filter((path) => existsSync(path) && !path.split(sep).includes('node_modules'));
}

function needsRequire({ outputs }: Metafile): boolean {
  return Object.values(outputs).some(({ imports }) =>
    imports.some(({ kind, external }) => external && kind === 'require-call'),
  );
}
