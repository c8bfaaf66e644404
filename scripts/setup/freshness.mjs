import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { installedLockfile, lockfile, stamp } from './paths.mjs';

/** Whether node_modules holds what package-lock.json asks for, be it by this script or by an `npm install` of a person. */
export function isFresh() {
  const asked = read(lockfile);
  const installed = read(installedLockfile);
  if (asked === undefined || installed === undefined) return false;
  if (read(stamp) === hash(asked)) return true;
  if (!agree(packagesOf(asked), packagesOf(installed))) return false;
  markFresh();
  return true;
}

/** For a while, reading one file is enough. */
export function markFresh() {
  writeFileSync(stamp, hash(readFileSync(lockfile, 'utf8')));
}

export function markStale() {
  rmSync(stamp, { force: true });
  rmSync(installedLockfile, { force: true });
}

/** npm leaves out what is for other platforms, and only that may be missing. */
function agree(asked, installed) {
  return Object.entries(asked).every(([place, { version, integrity, resolved, optional, devOptional }]) => {
    if (place === '') return true; // The root itself.
    const found = installed[place];
    if (!found) return Boolean(optional || devOptional);
    // What has no integrity is a link, or comes from Git; the URL of all others depends on the registry that is used.
    return found.version === version && found.integrity === integrity && (integrity || found.resolved === resolved);
  });
}

function packagesOf(text) {
  try {
    return JSON.parse(text).packages ?? {};
  } catch {
    return { damaged: {} }; // Agrees with nothing.
  }
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
