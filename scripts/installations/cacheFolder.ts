import { homedir } from 'node:os';
import path from 'node:path';

/** Returns the folder outside the repository in which tests keep downloads for later runs. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  // XDG Base Directory Specification: a relative path is invalid, and an empty one counts as unset.
  const base = env.XDG_CACHE_HOME;
  return path.join(
    base !== undefined && path.isAbsolute(base) ? base : path.join(homedir(), '.cache'),
    'girder-worker',
  );
}
