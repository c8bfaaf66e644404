import { homedir } from 'node:os';
import path from 'node:path';

/** Where downloads for tests are kept from one run to the next, outside the repository. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  // The XDG Base Directory Specification: a relative path is invalid, and an empty one counts as not set.
  const base = env.XDG_CACHE_HOME;
  return path.join(
    base !== undefined && path.isAbsolute(base) ? base : path.join(homedir(), '.cache'),
    'girder-worker',
  );
}
