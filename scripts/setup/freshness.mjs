import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { installedLockfile, lockfile, stamp } from './paths.mjs';

/** Whether node_modules agrees with package-lock.json, installed by this script or by `npm install`. */
export function isFresh() {
  const locked = read(lockfile);
  const installed = read(installedLockfile);
  if (locked === undefined || installed === undefined) return false;
  if (read(stamp) === hash(locked)) return true;
  if (!agree(packagesOf(locked), packagesOf(installed))) return false;
  markFresh();
  return true;
}

/** Stores the hash of package-lock.json: until it changes, `isFresh` need not compare the packages. */
export function markFresh() {
  writeFileSync(stamp, hash(readFileSync(lockfile, 'utf8')));
}

export function markStale() {
  rmSync(stamp, { force: true });
  rmSync(installedLockfile, { force: true });
}

/** Only optional packages may be missing: npm does not install those for other platforms. */
function agree(locked, installed) {
  return Object.entries(locked).every(([place, { version, integrity, resolved, optional, devOptional }]) => {
    if (place === '') return true; // The root package.
    const found = installed[place];
    if (!found) return Boolean(optional || devOptional);
    // A package without integrity is a link or comes from Git. The URL of all others depends on the registry in use.
    return found.version === version && found.integrity === integrity && (integrity || found.resolved === resolved);
  });
}

function packagesOf(text) {
  try {
    return JSON.parse(text).packages ?? {};
  } catch {
    return { damaged: {} }; // No package in node_modules agrees with this one.
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
