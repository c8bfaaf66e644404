import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const lockfile = path.join(root, 'package-lock.json');
export const modules = path.join(root, 'node_modules');
/** npm's record of the installed packages. npm writes it last, so it exists only after a complete installation. */
export const installedLockfile = path.join(modules, '.package-lock.json');
/** Holds the hash of the package-lock.json with which `modules` agrees. */
export const stamp = path.join(modules, '.girder-worker-setup');
/** The lock file: it holds the pids of the process that installs, and of its npm. */
export const installationLock = path.join(root, '.build', 'setup.lock');
