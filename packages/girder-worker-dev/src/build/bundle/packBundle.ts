import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createPackageFetcher } from '../packages/fetchPackage.ts';
import type { Package } from '../packages/installedPackage.ts';
import { layOutPackages } from '../packages/packageLayout.ts';
import { BundleError, type PackFault } from '../packages/packFaults.ts';
import { copyInto, copyPackages, type PackedPackage, selectFiles } from '../packages/packPackages.ts';
import type { Platform } from '../packages/platform.ts';

/** What is packed beside the code of a bundle. */
export interface Pack {
  /** Sorted by their place. */
  readonly packages: readonly PackedPackage[];
  /** The files of plugins: their place below the folder `files`, and their path. */
  readonly files: ReadonlyMap<string, string>;
  /** The size of `files`. */
  readonly fileBytes: number;
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
  const fileBytes = [...files.values()].reduce((sum, file) => sum + statSync(file).size, 0);
  const bytes = packages.reduce((sum, pkg) => sum + pkg.bytes, codeBytes + fileBytes);
  if (bytes > maxBytes) {
    const bySize = packages.toSorted((one, other) => other.bytes - one.bytes).slice(0, 3);
    faults.push({ code: 'BUNDLE_TOO_LARGE', bytes, limit: maxBytes, largest: bySize.map(({ id }) => id) });
  }
  if (faults.length > 0) throw new BundleError(faults);
  return { packages, files, fileBytes, warnings };
}

/** Writes what is packed to the folder of the bundle, and removes what an earlier build packed. */
export async function writePack({ packages, files }: Pack, outDir: string): Promise<void> {
  for (const folder of ['node_modules', 'files']) await rm(join(outDir, folder), { recursive: true, force: true });
  await copyPackages(packages, outDir);
  for (const [place, file] of files) await copyInto(join(outDir, 'files', place), file);
}
