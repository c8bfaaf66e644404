import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createPackageFetcher } from '../packages/fetchPackage.ts';
import type { Package } from '../packages/installedPackage.ts';
import { layOutPackages } from '../packages/packageLayout.ts';
import { BundleError, type PackFault } from '../packages/packFaults.ts';
import { copyInto, copyPackages, type PackedPackage, selectFiles } from '../packages/packPackages.ts';
import type { Platform } from '../packages/platform.ts';
import { bytesOf, largestShare, type PluginCode, type PluginShare, pluginShares } from './pluginShares.ts';

/** What is packed beside the code of a bundle. */
export interface Pack {
  /** Sorted by their place. */
  readonly packages: readonly PackedPackage[];
  /** The files of plugins: their place below the folder `files`, and their path. */
  readonly files: ReadonlyMap<string, string>;
  /** The size of `files`. */
  readonly fileBytes: number;
  /** The parts of the plugins, sorted by their names. */
  readonly shares: readonly PluginShare[];
  /** The size of code, source maps, packages and files. */
  readonly unpackedBytes: number;
  /** What optional packages lack, one sentence each. */
  readonly warnings: readonly string[];
}

interface PackRequest {
  /** The folder of the deployment. */
  readonly root: string;
  readonly platform: Platform;
  /** The packages that the bundle imports, by the names under which it imports them. */
  readonly imported: ReadonlyMap<string, Package>;
  /** The packages that plugins name as external. */
  readonly named: readonly Package[];
  /** The names of those that a plugin names, by `name@version` of the plugin. */
  readonly namedBy: (plugin: string) => readonly string[];
  /** What the tasks of each plugin load of the code. */
  readonly pluginCode: readonly PluginCode[];
  /** The packages that their importers work without. */
  readonly optional: readonly Package[];
  readonly files: ReadonlyMap<string, string>;
  /** The size of the code and of the source maps. */
  readonly codeBytes: number;
  /** The faults that were found before. */
  readonly faults: readonly PackFault[];
}

/** Lambda's limit for the code of a function, unpacked: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxBytes = 250 * 1024 * 1024;

/** Chooses what is packed beside a bundle. Writes nothing. Rejects with a BundleError that lists all faults. */
export async function preparePack(request: PackRequest): Promise<Pack> {
  const { root, platform, imported, named, optional, files, codeBytes } = request;
  const warnings: string[] = [];
  const faults = [...request.faults];
  const placed = await layOutPackages(imported, { platform, fetchPackage: createPackageFetcher(root), faults });
  const packages = await selectFiles(placed, { platform, named, optional, faults, warnings });
  const fileSizes = new Map([...files].map(([place, file]) => [place, statSync(file).size]));
  const fileBytes = [...fileSizes.values()].reduce((sum, size) => sum + size, 0);
  const copied = packages.map(({ place, bytes }, index) => ({ place, bytes, package: placed[index]!.package }));
  const shares = pluginShares(request.pluginCode, copied, fileSizes, request.namedBy);
  const bytes = packages.reduce((sum, pkg) => sum + pkg.bytes, codeBytes + fileBytes);
  if (bytes > maxBytes) {
    const bySize = packages.toSorted((one, other) => other.bytes - one.bytes).slice(0, 3);
    const largest = largestShare(shares);
    faults.push({
      ...{ code: 'BUNDLE_TOO_LARGE', bytes, limit: maxBytes, largest: bySize.map(({ id }) => id) },
      ...(largest && { plugin: largest.plugin, pluginBytes: bytesOf(largest) }),
    });
  }
  if (faults.length > 0) throw new BundleError(faults);
  return { packages, files, fileBytes, shares, unpackedBytes: bytes, warnings };
}

/** Writes what is packed to the folder of the bundle, and removes what an earlier build packed. */
export async function writePack({ packages, files }: Pack, outDir: string): Promise<void> {
  for (const folder of ['node_modules', 'files']) await rm(join(outDir, folder), { recursive: true, force: true });
  await copyPackages(packages, outDir);
  for (const [place, file] of files) await copyInto(join(outDir, 'files', place), file);
}
