import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const copied = [
  'package.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  'serverless.yml',
  'infra',
  'packages',
  'plugins',
];

/**
 * Packs packages and plugins of this repository with `npm pack`, as a user does in their folders. Resolves to the tarballs
 * by the names of the packages.
 *
 * It packs copies: npm changes the package.json of what it packs, and other tests use those of the repository.
 *
 * @param folder an empty folder for copies and tarballs
 */
export async function packPackages(folder: string): Promise<ReadonlyMap<string, string>> {
  const sources = path.join(folder, 'sources');
  const tarballs = path.join(folder, 'tarballs');
  await mkdir(tarballs, { recursive: true });
  for (const name of [...copied, 'scripts/pack']) {
    await cp(path.join(repository, name), path.join(sources, name), { recursive: true });
  }
  await symlink(path.join(repository, 'node_modules'), path.join(sources, 'node_modules'), 'dir');
  await promisify(execFile)(process.execPath, ['scripts/pack/main.mjs', tarballs], { cwd: sources });
  const files = await readdir(tarballs);
  return new Map(
    files.map((file) => [
      file.replace(/-\d+\.\d+\.\d+\.tgz$/, '').replace(/^gwexample-/, '@gwexample/'),
      path.join(tarballs, file),
    ]),
  );
}
