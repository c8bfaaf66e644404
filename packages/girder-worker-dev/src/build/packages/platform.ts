/** An operating system with a processor, for which native code is compiled. The names are those of Node.js and npm. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  /** The C library. Only Linux has several. */
  readonly libc?: 'glibc' | 'musl';
}

/** Lambda's names of its processors, as the setting `architecture` in serverless.yml. */
export const architectures = ['x86_64', 'arm64'] as const;

export type Architecture = (typeof architectures)[number];

/** Returns the platform of a function: Lambda's Node.js runs on Amazon Linux, which has glibc. */
export function functionPlatform(architecture: Architecture): Platform {
  return { os: 'linux', cpu: architecture === 'arm64' ? 'arm64' : 'x64', libc: 'glibc' };
}

/** Returns the platform of this process. */
export function hostPlatform(): Platform {
  const { platform: os, arch: cpu } = process;
  if (os !== 'linux') return { os, cpu };
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { os, cpu, libc: header.glibcVersionRuntime === undefined ? 'musl' : 'glibc' };
}

/** `linux-x64`, or `linux-x64-musl`: glibc is not named, because it is the usual one. */
export function platformText({ os, cpu, libc }: Platform): string {
  return [os, cpu, ...(libc === 'musl' ? [libc] : [])].join('-');
}

/** What a package.json says about the platforms that it is for. */
export interface PlatformFields {
  readonly os?: unknown;
  readonly cpu?: unknown;
  readonly libc?: unknown;
}

/** Returns whether a package.json restricts the platforms on which npm installs the package. */
export function isForSomePlatforms({ os, cpu, libc }: PlatformFields): boolean {
  return [os, cpu, libc].some((field) => field !== undefined);
}

/** Returns whether npm installs a package with these fields on the platform. */
export function isForPlatform({ os, cpu, libc }: PlatformFields, platform: Platform): boolean {
  return (
    permits(os, platform.os) &&
    permits(cpu, platform.cpu) &&
    (platform.libc === undefined || permits(libc, platform.libc))
  );
}

/** As npm: a list of values, or of values that are excluded with a `!` before them. */
function permits(field: unknown, value: string): boolean {
  const list = (Array.isArray(field) ? field : [field]).filter((item) => typeof item === 'string');
  if (list.length === 0 || list.includes('any')) return true;
  if (list.includes(`!${value}`)) return false;
  return list.includes(value) || list.every((item) => item.startsWith('!'));
}

const operatingSystems: Readonly<Record<string, string>> = {
  ...{ linux: 'linux', linuxmusl: 'linux', darwin: 'darwin', macos: 'darwin', osx: 'darwin' },
  ...{ win32: 'win32', windows: 'win32', android: 'android', freebsd: 'freebsd', openharmony: 'openharmony' },
  ...{ netbsd: 'netbsd', openbsd: 'openbsd', sunos: 'sunos', aix: 'aix' },
};

const processors: Readonly<Record<string, string>> = {
  ...{ x64: 'x64', x86_64: 'x64', amd64: 'x64', arm64: 'arm64', aarch64: 'arm64', arm: 'arm', armv7: 'arm' },
  ...{ ia32: 'ia32', x86: 'ia32', i686: 'ia32', riscv64: 'riscv64', ppc64: 'ppc64', ppc64le: 'ppc64' },
  ...{ s390x: 's390x', loong64: 'loong64', mips64el: 'mips64el', universal: 'any', wasm32: 'wasm32' },
};

/**
 * Reads the platform from the name of a package, such as `@node-rs/crc32-linux-x64-gnu`: a package that npm did not install
 * on this machine has no other source for it here. Returns undefined if the name has no platform.
 */
export function platformOfName(name: string): Platform | undefined {
  const words = name.toLowerCase().split(/[-/.@]/);
  const os = words.map((word) => operatingSystems[word]).find((found) => found !== undefined);
  const cpu = words.map((word) => processors[word]).find((found) => found !== undefined);
  if (os === undefined || cpu === undefined) return undefined;
  if (os !== 'linux') return { os, cpu };
  return { os, cpu, libc: words.some((word) => word === 'musl' || word === 'linuxmusl') ? 'musl' : 'glibc' };
}

/** Returns whether code for the platform `code` runs on `platform`. */
export function runsOn(code: Platform, platform: Platform): boolean {
  return (
    code.os === platform.os &&
    (code.cpu === platform.cpu || code.cpu === 'any') &&
    (code.libc ?? platform.libc) === platform.libc
  );
}
