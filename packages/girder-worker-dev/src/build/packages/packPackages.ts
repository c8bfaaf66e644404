import { constants, statSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Package } from './installedPackage.ts';
import { isNativeName, platformOfFile } from './nativeFile.ts';
import { nativeKindOf } from './nativePackage.ts';
import { publishedFiles } from './packageFiles.ts';
import type { PlacedPackage } from './packageLayout.ts';
import { describePackFault, type PackFault } from './packFaults.ts';
import { type Platform, platformText, runsOn } from './platform.ts';

/** The files of a package that are packed. */
export interface PackedPackage {
  /** `name@version`. */
  readonly id: string;
  /** Its place below the folder of the bundle. */
  readonly place: string;
  /** Relative to the folder of the package. Sorted. */
  readonly files: readonly string[];
  /** The size of the files. */
  readonly bytes: number;
  /** The folder of the installed package. */
  readonly folder: string;
}

export interface PackOptions {
  readonly platform: Platform;
  /** The packages that a plugin names as external: these may work without their native code. */
  readonly named: readonly Package[];
  /** The packages that their importers work without: what they lack is a warning. */
  readonly optional: readonly Package[];
  readonly faults: PackFault[];
  readonly warnings: string[];
}

/**
 * Resolves to the files to pack of packages, without the native code of other platforms. Adds a fault for each package that
 * has no native code for the platform.
 */
export async function selectFiles(packages: readonly PlacedPackage[], options: PackOptions): Promise<PackedPackage[]> {
  const selected: PackedPackage[] = [];
  for (const { place, package: pkg } of packages) {
    const files = await filesFor(pkg, options);
    const bytes = files.reduce((sum, file) => sum + statSync(join(pkg.folder, file)).size, 0);
    selected.push({ id: pkg.id, place, files, bytes, folder: pkg.folder });
  }
  return selected;
}

/** Copies packages to their places below the folder of the bundle. */
export async function copyPackages(packages: readonly PackedPackage[], outDir: string): Promise<void> {
  for (const { place, files, folder } of packages) {
    for (const file of files) await copyInto(join(outDir, place, file), join(folder, file));
  }
}

/** The files of a package that the platform needs. */
async function filesFor(pkg: Package, { platform, named, optional, faults, warnings }: PackOptions): Promise<string[]> {
  const files = await publishedFiles(pkg.folder);
  const native = new Map(
    files.filter(isNativeName).flatMap((file) => {
      const found = platformOfFile(join(pkg.folder, file));
      return found ? [[file, found] as const] : [];
    }),
  );
  const addons = [...native].filter(([file]) => file.endsWith('.node'));
  const where = platformText(platform);
  const report = (fault: PackFault) => {
    if (optional.some(({ folder }) => folder === pkg.folder)) warnings.push(`${describePackFault(fault)}\n`);
    else faults.push(fault);
  };
  if (addons.length > 0 && !addons.some(([, found]) => runsOn(found, platform))) {
    const found = [...new Set(addons.map(([, one]) => platformText(one)))].sort();
    report({ code: 'NATIVE_CODE_FOR_OTHER_PLATFORM', package: pkg.id, platform: where, found });
  }
  if (native.size === 0 && !named.some(({ folder }) => folder === pkg.folder) && nativeKindOf(pkg) === 'compiled') {
    report({ code: 'NATIVE_CODE_MISSING', package: pkg.id, platform: where });
  }
  return files.filter((file) => {
    const found = native.get(file);
    return found === undefined || runsOn(found, platform);
  });
}

/** Copies a file with its permissions, without its contents where the file system can share them. */
export async function copyInto(target: string, source: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target, constants.COPYFILE_FICLONE);
}
