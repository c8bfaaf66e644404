import type { FetchPackage } from './fetchPackage.ts';
import { dependenciesIn, type Package, tryFindPackage } from './installedPackage.ts';
import { PackFaultError } from './packFaults.ts';
import { isForPlatform, isForSomePlatforms, type Platform, platformOfName, platformText, runsOn } from './platform.ts';

interface PlatformPackageOptions {
  /** The folder from which the package finds its dependencies. */
  readonly from: string;
  readonly platform: Platform;
  readonly fetchPackage: FetchPackage;
}

/**
 * Resolves to the optional dependencies of a package that npm would install on the platform. Those that are missing on this
 * machine, because it is another platform, are downloaded. Others that are missing are left out, as npm may do.
 *
 * Rejects with a PackFaultError: `PLATFORM_UNSUPPORTED`, `PLATFORM_PACKAGE_UNAVAILABLE`.
 */
export async function platformPackagesOf(
  { id, fields }: Package,
  { from, platform, fetchPackage }: PlatformPackageOptions,
): Promise<{ readonly package: Package; readonly from: string }[]> {
  const candidates = dependenciesIn(fields, 'optionalDependencies').map(([name, range]) =>
    candidate(name, range, tryFindPackage(name, from), platform),
  );
  const needed = candidates.filter(({ isNeeded }) => isNeeded);
  const supported = candidates.flatMap((one) => (one.supports === undefined ? [] : [one.supports]));
  const isForSystem = supported.some(({ os }) => os === platform.os);
  if (isForSystem && !candidates.some((one) => one.supports !== undefined && runsOn(one.supports, platform))) {
    const names = [...new Set(supported.map(platformText))];
    throw new PackFaultError({
      code: 'PLATFORM_UNSUPPORTED',
      package: id,
      platform: platformText(platform),
      supported: names,
    });
  }
  return Promise.all(
    needed.map(async ({ name, range, installed }) => {
      if (installed) return { package: installed, from: installed.folder };
      const fetched = await fetchPackage(name, range).catch((error: Error) => {
        throw new PackFaultError({
          code: 'PLATFORM_PACKAGE_UNAVAILABLE',
          package: id,
          platformPackage: `${name}@${range}`,
          platform: platformText(platform),
          reason: error.message,
        });
      });
      return { package: fetched, from };
    }),
  );
}

interface Candidate {
  readonly name: string;
  readonly range: string;
  readonly installed: Package | undefined;
  readonly isNeeded: boolean;
  /** The platform that it is for; undefined if it is for all. */
  readonly supports: Platform | undefined;
}

/** The fields of an installed package say for which platforms it is. Of a missing one only the name is known. */
function candidate(name: string, range: string, installed: Package | undefined, platform: Platform): Candidate {
  const named = platformOfName(name);
  if (installed && isForSomePlatforms(installed.fields)) {
    const isNeeded = isForPlatform(installed.fields, platform);
    return { name, range, installed, isNeeded, supports: isNeeded ? platform : named };
  }
  const isNeeded = named === undefined ? installed !== undefined : runsOn(named, platform);
  return { name, range, installed, isNeeded, supports: named };
}
