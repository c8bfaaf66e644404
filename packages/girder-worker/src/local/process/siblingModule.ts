import { extname } from 'node:path';

/**
 * The URL of a module that is named as source (`./x.ts`) relative to another, for the places that take a path instead
 * of an import: in the published package both end in `.js`.
 */
export function siblingModule(of: string, source: string): URL {
  return new URL(source.replace(/\.ts$/, extname(of)), of);
}
