import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { isRecord } from '../plugins/manifest.ts';
import { type Package, packageAt } from './installedPackage.ts';
import { npm } from './npm.ts';

/** Resolves to a package that npm does not install on this machine. Rejects with an Error whose message is the reason. */
export type FetchPackage = (name: string, range: string) => Promise<Package>;

/**
 * Returns a function that downloads packages with npm, each once, to a cache outside of the deployment. It uses the npm
 * configuration of the deployment in the folder `root`, and the versions and checksums of its package-lock.json.
 */
export function createPackageFetcher(root: string): FetchPackage {
  const fetched = new Map<string, Promise<Package>>();
  return (name, range) => {
    const locked = lockedPackage(root, name);
    const version = locked?.version ?? range;
    const key = `${name}@${version}`;
    if (!fetched.has(key))
      fetched.set(key, fetchInto(cacheFolder(), { root, name, version, integrity: locked?.integrity }));
    return fetched.get(key)!;
  };
}

interface FetchRequest {
  readonly root: string;
  readonly name: string;
  readonly version: string;
  readonly integrity: string | undefined;
}

async function fetchInto(cache: string, { root, name, version, integrity }: FetchRequest): Promise<Package> {
  if (isExact(version)) {
    const cached = cachedPackage(cache, name, version);
    if (cached) return cached;
  }
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    const spec = /^npm:/.test(version) ? version.slice('npm:'.length) : `${name}@${version}`;
    const packed = await packTarball(root, spec, draft);
    if (integrity !== undefined && packed.integrity !== integrity) {
      throw new Error(`its checksum ${packed.integrity} is not that of package-lock.json, ${integrity}`);
    }
    const folder = join(draft, 'package');
    await mkdir(folder);
    await run('tar', ['-xzf', packed.filename, '-C', 'package', '--strip-components=1'], draft);
    const place = placeOf(cache, name, packed.version);
    await mkdir(join(place, '..'), { recursive: true });
    if (!existsSync(place))
      await rename(folder, place).catch((error: Error) => existsSync(place) || Promise.reject(error));
    return cachedPackage(cache, name, packed.version)!;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

interface Tarball {
  readonly filename: string;
  readonly version: string;
  readonly integrity: string;
}

async function packTarball(root: string, spec: string, destination: string): Promise<Tarball> {
  // By default, npm repeats a request that was refused for more than a minute.
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=500'];
  // `npm run --silent` makes the npm that it starts silent, too.
  const flags = ['--json', '--ignore-scripts', '--loglevel=error', ...patience];
  const { command, options } = npm(['pack', spec, '--pack-destination', destination, ...flags]);
  const stdout = await run(command.file, command.args, root, options);
  const [tarball] = Object.values(JSON.parse(stdout) as object) as Tarball[];
  if (!tarball) throw new Error(`npm pack ${spec} printed no package`);
  return { ...tarball, filename: tarball.filename.replace(/^@/, '').replaceAll('/', '-') };
}

async function run(file: string, args: readonly string[], cwd: string, options: object = {}): Promise<string> {
  try {
    return (await promisify(execFile)(file, args, { cwd, ...options, encoding: 'utf8' })).stdout;
  } catch (error) {
    throw new Error(reasonOf(error as Error & { stderr?: string }));
  }
}

/** The lines in which npm says what failed, without those about its log. */
function reasonOf({ message, stderr = '' }: Error & { stderr?: string }): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim());
  const telling = lines.filter((line) => line !== '' && !/^A complete log|debug-0\.log|^npm warn/i.test(line));
  return telling.slice(0, 4).join('; ') || message;
}

function cachedPackage(cache: string, name: string, version: string): Package | undefined {
  const place = placeOf(cache, name, version);
  return existsSync(place) ? packageAt(realpathSync(place)) : undefined;
}

/** Below a folder `node_modules`, as an installed package, because its files are those of the registry. */
function placeOf(cache: string, name: string, version: string): string {
  return join(cache, `${name.replaceAll('/', '+')}@${version}`, 'node_modules', name);
}

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version);
}

/** The folder for downloads that later builds use again. */
function cacheFolder({ XDG_CACHE_HOME: base = '' }: NodeJS.ProcessEnv = process.env): string {
  return join(isAbsolute(base) ? base : join(homedir(), '.cache'), 'girder-worker', 'packages');
}

/** The version and the checksum of a package in the lock file, unless there is none or several versions. */
function lockedPackage(root: string, name: string): { version: string; integrity: string | undefined } | undefined {
  const file = join(root, 'package-lock.json');
  if (!existsSync(file)) return undefined;
  const lock: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const packages = isRecord(lock) && isRecord(lock.packages) ? lock.packages : {};
  const entries = Object.entries(packages).flatMap(([place, entry]) =>
    place.endsWith(`node_modules/${name}`) && isRecord(entry) && typeof entry.version === 'string'
      ? [{ version: entry.version, integrity: typeof entry.integrity === 'string' ? entry.integrity : undefined }]
      : [],
  );
  const versions = new Set(entries.map(({ version }) => version));
  return versions.size === 1 ? entries[0] : undefined;
}
