import { list, quote } from '../plugins/faultText.ts';
import type { Architecture } from './platform.ts';

/**
 * A reason why the functions cannot be bundled with what their plugins need at run time. `package` is `name@version`,
 * `platform` such as `linux-x64`.
 */
export type PackFault =
  | {
      readonly code: 'SETTING_UNKNOWN';
      readonly plugin: string;
      readonly key: string;
      readonly known: readonly string[];
    }
  | {
      readonly code: 'SETTING_MALFORMED';
      readonly plugin: string;
      readonly key: string;
      readonly value: string;
      readonly must: string;
    }
  | { readonly code: 'EXTERNAL_NOT_FOUND'; readonly plugin: string; readonly name: string; readonly reason: string }
  | { readonly code: 'EXTERNAL_IS_PLUGIN'; readonly plugin: string; readonly name: string }
  | { readonly code: 'FILES_NOT_FOUND'; readonly plugin: string; readonly pattern: string }
  | { readonly code: 'FILE_NOT_FOUND'; readonly place: string; readonly reference: string; readonly file: string }
  | {
      readonly code: 'FILE_OUTSIDE_PACKAGE';
      readonly place: string;
      readonly reference: string;
      readonly package: string;
    }
  | {
      readonly code: 'ADDON_FOR_OTHER_PLATFORM';
      readonly file: string;
      readonly found: string;
      readonly platform: string;
    }
  | { readonly code: 'DEPENDENCY_NOT_FOUND'; readonly package: string; readonly name: string; readonly reason: string }
  | {
      readonly code: 'PLATFORM_UNSUPPORTED';
      readonly package: string;
      readonly platform: string;
      readonly supported: readonly string[];
    }
  | {
      readonly code: 'PLATFORM_PACKAGE_UNAVAILABLE';
      readonly package: string;
      /** The package with the native code and its version, as npm takes it. */
      readonly platformPackage: string;
      readonly platform: string;
      readonly reason: string;
    }
  | {
      readonly code: 'NATIVE_CODE_FOR_OTHER_PLATFORM';
      readonly package: string;
      readonly platform: string;
      readonly found: readonly string[];
    }
  | { readonly code: 'NATIVE_CODE_MISSING'; readonly package: string; readonly platform: string }
  | {
      readonly code: 'BUNDLE_TOO_LARGE';
      readonly bytes: number;
      readonly limit: number;
      /** The largest packages that are copied. */
      readonly largest: readonly string[];
      /** The plugin with the largest share. */
      readonly plugin?: string;
      readonly pluginBytes?: number;
    };

export type PackFaultCode = PackFault['code'];

/** One or two sentences: what failed, the value, and what to do. */
export function describePackFault(fault: PackFault): string {
  switch (fault.code) {
    case 'SETTING_UNKNOWN':
      return `The package.json of ${fault.plugin} has the unknown setting ${quote(fault.key)}. The settings of a plugin are: ${list(fault.known)}.`;
    case 'SETTING_MALFORMED':
      return `The setting ${fault.key} in the package.json of ${fault.plugin} is ${fault.value}. It must be ${fault.must}.`;
    case 'EXTERNAL_NOT_FOUND':
      return `${fault.plugin} names ${quote(fault.name)} in girder_worker.external, which cannot be found: ${fault.reason}. Add it to "dependencies" of the plugin and run npm install, or remove it from the setting.`;
    case 'EXTERNAL_IS_PLUGIN':
      return `${fault.plugin} names ${quote(fault.name)} in girder_worker.external, which contains tasks or is the library. These must be part of the bundle: remove it from the setting, and move the code that must stay outside to a package of its own.`;
    case 'FILES_NOT_FOUND':
      return `${fault.plugin} names ${quote(fault.pattern)} in girder_worker.files, but the package has no such file. The pattern is relative to the folder of its package.json; if the plugin is installed from a registry, its "files" must contain the file, too.`;
    case 'FILE_NOT_FOUND':
      return `${fault.place} refers to ${quote(fault.reference)} by its URL, but ${fault.file} does not exist. Create the file, or correct the path, which is relative to the module.`;
    case 'FILE_OUTSIDE_PACKAGE':
      return `${fault.place} refers to ${quote(fault.reference)}, which is outside of the package ${fault.package} and would be missing where it is installed. Move the file into the package.`;
    case 'ADDON_FOR_OTHER_PLATFORM':
      return `The addon ${fault.file} is compiled for ${fault.found}, and the function runs on ${fault.platform}. Compile it there, or ${useOtherArchitecture(fault.platform)}.`;
    case 'DEPENDENCY_NOT_FOUND':
      return `${fault.package}, which stays outside of the bundle, depends on ${quote(fault.name)}, which cannot be found: ${fault.reason}. Run npm install.`;
    case 'PLATFORM_UNSUPPORTED':
      return `${fault.package} has no native code for ${fault.platform}, on which the function runs; it has packages for: ${list(fault.supported)}. Use another version or package, or ${useOtherArchitecture(fault.platform)}.`;
    case 'PLATFORM_PACKAGE_UNAVAILABLE':
      return `${fault.package} needs ${fault.platformPackage} on ${fault.platform}, on which the function runs. It is not installed, and npm could not download it: ${fault.reason}. Build with access to the registry; or install it with npm install --cpu and --os of the function; or build on ${fault.platform}; or ${useOtherArchitecture(fault.platform)}.`;
    case 'NATIVE_CODE_FOR_OTHER_PLATFORM':
      return `${fault.package} has native code only for ${list(fault.found)}, and the function runs on ${fault.platform}. Install it and build on ${fault.platform}, for example in a container, or ${useOtherArchitecture(fault.platform)}.`;
    case 'NATIVE_CODE_MISSING':
      return `${fault.package} compiles or downloads native code when it is installed, but has none. Permit its install script, run npm rebuild on ${fault.platform}, and build there. If it works without native code, name it in girder_worker.external of the plugin's package.json.`;
    case 'BUNDLE_TOO_LARGE':
      return tooLarge(fault);
  }
}

/** What to do if the code exists for the other processor only. */
function useOtherArchitecture(platform: string): string {
  const other: Architecture = platform.includes('arm64') ? 'x86_64' : 'arm64';
  return `set the architecture of the functions to ${other} (--param architecture=${other} of serverless, --architecture ${other} of girder-worker build)`;
}

function tooLarge(fault: PackFault & { readonly code: 'BUNDLE_TOO_LARGE' }): string {
  const { bytes, limit, largest, plugin, pluginBytes = 0 } = fault;
  const share = plugin ? ` ${plugin} has the largest share: ${megabytes(pluginBytes)}.` : '';
  const packages = largest.length > 0 ? ` The largest packages are: ${largest.join(', ')}.` : '';
  return `The bundle would have ${megabytes(bytes)} with all packages and files, and Lambda's limit is ${megabytes(limit)}.${share}${packages} Remove packages or files, move the plugin to a deployment of its own with its own queue, or run its tasks in the long-running worker.`;
}

/** Carries a fault from where it is found to where faults are collected. */
export class PackFaultError extends Error {
  readonly fault: PackFault;

  constructor(fault: PackFault) {
    super(fault.code);
    this.fault = fault;
  }
}

/** The functions cannot be bundled. The message lists all faults, numbered and with their codes. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  readonly faults: readonly PackFault[];

  constructor(faults: readonly PackFault[]) {
    const sorted = [...new Map(faults.map((fault) => [describePackFault(fault), fault]))].sort(([one], [other]) =>
      one < other ? -1 : 1,
    );
    const lines = sorted.map(([text, { code }], index) => `${index + 1}. [${code}] ${text}`);
    super(
      `The functions cannot be bundled: ${lines.length} ${lines.length === 1 ? 'fault' : 'faults'}.\n${lines.join('\n')}`,
    );
    this.faults = sorted.map(([, fault]) => fault);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
