import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRecord } from '../plugins/manifest.ts';
import { dependenciesIn, type Package, tryFindPackage } from './installedPackage.ts';
import { isNativeName } from './nativeFile.ts';
import { listFiles } from './packageFiles.ts';
import { isForSomePlatforms, platformOfName } from './platform.ts';

/**
 * Why a package cannot be a part of the bundle: it loads files by their paths. `platformPackages`: its native code is in
 * optional dependencies, one for each platform. `compiled`: it has native code itself, or compiles or downloads it when it is
 * installed. `webAssembly`: it reads a .wasm file.
 */
export type NativeKind = 'platformPackages' | 'compiled' | 'webAssembly';

/** Returns why a package must stay outside the bundle, or undefined if it can be a part of it. */
export function nativeKindOf(pkg: Package): NativeKind | undefined {
  if (hasPlatformPackages(pkg)) return 'platformPackages';
  if (isCompiledOnInstall(pkg)) return 'compiled';
  const files = listFiles(pkg.folder);
  if (files.some(isNativeName)) return 'compiled';
  return readsWebAssembly(pkg.folder, files) ? 'webAssembly' : undefined;
}

/**
 * Whether one of the optional dependencies is for Linux alone. Others have no effect in a function: the file watcher fsevents
 * is only for macOS, for example.
 */
function hasPlatformPackages({ fields, folder }: Package): boolean {
  return dependenciesIn(fields, 'optionalDependencies').some(([name]) => {
    const installed = tryFindPackage(name, folder);
    if (!installed || !isForSomePlatforms(installed.fields)) return platformOfName(name)?.os === 'linux';
    const { os } = installed.fields;
    return Array.isArray(os) ? os.includes('linux') : os === 'linux';
  });
}

const compilers = /\b(?:node-gyp(?:-build)?|prebuild-install|node-pre-gyp|cmake-js|prebuildify|napi|neon)\b/;

function isCompiledOnInstall({ fields, folder }: Package): boolean {
  if (fields.gypfile === true || existsSync(join(folder, 'binding.gyp')) || existsSync(join(folder, 'prebuilds')))
    return true;
  // `binary` describes the downloads of node-pre-gyp and prebuild-install, `napi` those of napi-rs.
  if (isRecord(fields.binary) || isRecord(fields.napi)) return true;
  const scripts = isRecord(fields.scripts) ? fields.scripts : {};
  return ['preinstall', 'install', 'postinstall'].some((name) => {
    const script = scripts[name];
    return typeof script === 'string' && compilers.test(script);
  });
}

/** Whether a module of the package names one of its .wasm files. Many packages also have them as text in a module, which is bundled. */
function readsWebAssembly(folder: string, files: readonly string[]): boolean {
  const names = files.filter((file) => file.endsWith('.wasm')).map((file) => basename(file));
  if (names.length === 0) return false;
  const modules = files.filter((file) => /\.[cm]?js$/.test(file));
  return modules.some((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return names.some((name) => text.includes(name));
  });
}
