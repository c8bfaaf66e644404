import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const lockfile = path.join(root, 'package-lock.json');
export const modules = path.join(root, 'node_modules');
/** npm's own record of what it has installed. It writes it last, so it is there only after an installation that ended. */
export const installedLockfile = path.join(modules, '.package-lock.json');
/** The hash of the package-lock.json that `modules` were found to agree with. */
export const stamp = path.join(modules, '.girder-worker-setup');
/** Held while somebody installs. */
export const installationLock = path.join(root, '.build', 'setup.lock');
