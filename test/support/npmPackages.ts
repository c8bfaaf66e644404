import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cacheFolder.ts';

/** The calls of this process, by their folder: tests that need a package while it is installed wait for the same installation. */
const installations = new Map<string, Promise<void>>();

/**
 * Resolves to a folder `node_modules` with these packages from the npm registry, as npm installs them on this machine, without
 * their install scripts unless `scripts` is true. The first call downloads them, to a cache outside of the repository.
 */
export async function npmPackages(
  versions: Readonly<Record<string, string>>,
  { scripts = false }: { readonly scripts?: boolean } = {},
): Promise<string> {
  const manifest = JSON.stringify({ private: true, dependencies: versions });
  const digest = createHash('sha256').update(manifest).digest('hex').slice(0, 12);
  const kind = scripts ? 'npm-built' : 'npm';
  const folder = path.join(cacheFolder(), `${kind}-${process.platform}-${process.arch}-${digest}`);
  if (!existsSync(folder)) {
    const installation = installations.get(folder) ?? install(folder, manifest, scripts);
    installations.set(folder, installation);
    await installation.finally(() => installations.delete(folder));
  }
  return path.join(folder, 'node_modules');
}

async function install(folder: string, manifest: string, scripts: boolean): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    await writeFile(path.join(draft, 'package.json'), manifest);
    const args = ['install', `--ignore-scripts=${!scripts}`, '--no-audit', '--no-fund', '--no-package-lock'];
    await promisify(execFile)('npm', args, { cwd: draft, maxBuffer: 64 * 1024 * 1024 });
    await rename(draft, folder).catch((error: Error) => existsSync(folder) || Promise.reject(error));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
