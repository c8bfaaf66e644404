import { extname } from 'node:path';

/**
 * Returns the URL of the module `source` (`./x.ts`) relative to the module `of`, for functions that take a path instead of an
 * import. In the published package, both end in `.js`.
 */
export function siblingModule(of: string, source: string): URL {
  return new URL(source.replace(/\.ts$/, extname(of)), of);
}
