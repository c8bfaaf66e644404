import { existsSync, statSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Loader } from 'esbuild';
import type { Package } from '../packages/installedPackage.ts';
import { listFiles } from '../packages/packageFiles.ts';
import type { PackFault } from '../packages/packFaults.ts';
import { type MetaUse, metaUses } from './metaUses.ts';

/** What a module needs beside the bundle. */
export interface ModuleFiles {
  /** The changed module, and how it is loaded; undefined if the module stays as it is. */
  readonly changed: { readonly contents: string; readonly loader: Loader; readonly map: string } | undefined;
  /** The files to copy: their place below the folder `files` of the bundle, and their path. */
  readonly files: ReadonlyMap<string, string>;
  readonly faults: readonly PackFault[];
  /** Uses of `import.meta` that find no file in the function, one sentence each. */
  readonly warnings: readonly string[];
}

interface ModuleOptions {
  /** Absolute path. */
  readonly path: string;
  readonly source: string;
  readonly loader: Loader;
  readonly package: Package;
  /** Whether the package is a plugin: its author can correct a reference. */
  readonly isPlugin: boolean;
  /** Whether the plugin names files in its package.json: then a path that the build cannot read is no mistake. */
  readonly namesFiles: boolean;
}

/** The module that locates the folder `files` of the bundle, as the changed modules import it. */
export const locationModule = 'girder-worker:files';

/** The source of that module. esbuild writes it to `chunks/`. */
export const locationSource = `import { fileURLToPath } from 'node:url';
const files = new URL('../files/', import.meta.url);
export const fileUrl = (path) => new URL(path, files).href;
export const filePath = (path) => fileURLToPath(fileUrl(path));
`;

/**
 * Finds the files that a module refers to by `new URL('…', import.meta.url)`. In the bundle, the module has another place, so
 * its `import.meta.url` is replaced by the place that it has in the folder `files`: there, the files of a package have the
 * same paths as in the package.
 */
export async function filesOfModule(options: ModuleOptions): Promise<ModuleFiles> {
  const { path, source, loader, package: pkg, isPlugin, namesFiles } = options;
  const script = loader === 'js' ? { text: source, map: undefined } : await toJavaScript(path);
  const files = new Map<string, string>();
  const faults: PackFault[] = [];
  const warnings: string[] = [];
  const replaced: MetaUse[] = [];

  for (const use of metaUses(script.text)) {
    const place = `${path}:${lineOf(use, script.map)}`;
    const kind = use.reference === undefined ? 'dynamic' : reference(use.reference, place);
    if (kind === 'copied') replaced.push(use);
    else if (kind === 'dynamic' && isPlugin && namesFiles && use.property !== 'resolve') replaced.push(use);
    else if (kind === 'dynamic' && (isPlugin || use.isBase)) warnings.push(warning(place, use, pkg, isPlugin));
  }
  const changed =
    replaced.length === 0
      ? undefined
      : {
          contents: replaceUses(script.text, replaced, placeOf(pkg, path)),
          loader: 'js' as const,
          map: inlineMap(script.map),
        };
  return { changed, files, faults, warnings };

  function reference(text: string, place: string): 'copied' | 'dynamic' | 'none' {
    const target = fileAt(text, path);
    if (target === undefined) return 'none';
    const inPackage = relative(pkg.folder, target);
    if (inPackage === '..' || inPackage.startsWith(`..${sep}`)) {
      if (!isPlugin) return 'dynamic';
      faults.push({ code: 'FILE_OUTSIDE_PACKAGE', place, reference: text, package: pkg.id });
      return 'none';
    }
    if (!existsSync(target)) {
      if (!isPlugin) return 'dynamic';
      faults.push({ code: 'FILE_NOT_FOUND', place, reference: text, file: target });
      return 'none';
    }
    if (!statSync(target).isDirectory()) {
      files.set(placeOf(pkg, target), target);
      return 'copied';
    }
    // The folder of the module itself only begins a path.
    if (path.startsWith(`${target}${sep}`)) return 'dynamic';
    for (const file of listFiles(target)) files.set(`${placeOf(pkg, target)}/${file}`, resolve(target, file));
    return 'copied';
  }
}

/** The place of a file of a package below the folder `files`. */
export function placeOf({ id, folder }: Package, file: string): string {
  return [id, ...relative(folder, file).split(sep)].filter((part) => part !== '').join('/');
}

/** The file to which a URL relative to a module leads; undefined if it is an absolute one. */
function fileAt(reference: string, module: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:|^[/\\]/i.test(reference)) return undefined;
  try {
    return resolve(fileURLToPath(new URL(reference, pathToFileURL(module))));
  } catch {
    return undefined; // It contains an encoded separator: Node.js opens no such file either.
  }
}

function warning(place: string, { text }: MetaUse, { id }: Package, isPlugin: boolean): string {
  const remedy = isPlugin
    ? 'Write the path as a text, or name the files in "girder_worker": { "files": ["…"] } of its package.json.'
    : 'If it fails, name the package in "girder_worker": { "external": ["…"] } of the plugin that uses it.';
  return `${place}: ${text} in ${id} has another place in the bundle, and the build cannot tell which files it leads to. ${remedy}\n`;
}

/** The warning about a use of `__dirname` or `__filename`. */
export function folderWarning(place: string, name: string, packageId: string, isPlugin: boolean): string {
  const remedy = isPlugin
    ? "Make it an ES module, and write new URL('…', import.meta.url)."
    : 'If it fails, name the package in "girder_worker": { "external": ["…"] } of the plugin that uses it.';
  return `${place}: ${name} in ${packageId} is not defined in the bundle, which is an ES module. ${remedy}\n`;
}

function replaceUses(text: string, uses: readonly MetaUse[], place: string): string {
  let result = text;
  for (const { start, end, property } of uses.toSorted((one, other) => other.start - one.start)) {
    const at = property === 'dirname' ? dirname(place) : place;
    const call = property === 'url' ? '__girderWorkerFileUrl' : '__girderWorkerFilePath';
    result = `${result.slice(0, start)}${call}(${JSON.stringify(encodePath(at))})${result.slice(end)}`;
  }
  const [hashbang = ''] = /^#!.*\n?/.exec(result) ?? [];
  const names = 'fileUrl as __girderWorkerFileUrl, filePath as __girderWorkerFilePath';
  return `${hashbang}import { ${names} } from '${locationModule}'; ${result.slice(hashbang.length)}`;
}

function encodePath(path: string): string {
  return encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

interface Script {
  readonly text: string;
  /** JSON. */
  readonly map: string | undefined;
}

/** Compiles one module with esbuild, as it does in the bundle, with the settings of the nearest tsconfig.json. */
async function toJavaScript(path: string): Promise<Script> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: false,
    write: false,
    platform: 'node',
    target: 'esnext',
    // Only the name matters: sources in the map are relative to it.
    outfile: `${path}${extname(path)}.mjs`,
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent', // The bundler reports errors.
  });
  const text = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
  return { text: text('.mjs'), map: text('.map') };
}

function inlineMap(map: string | undefined): string {
  return map === undefined
    ? ''
    : `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
}

function lineOf({ line, column }: MetaUse, map: string | undefined): number {
  if (map === undefined) return line;
  const entry = new SourceMap(JSON.parse(map)).findEntry(line - 1, column);
  return 'originalLine' in entry ? entry.originalLine + 1 : line;
}
