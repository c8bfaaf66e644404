import type { LookupFunction } from 'node:net';
import { externalResolver, InternalAddressError, isBelowAny } from 'girder-worker/network';
import type { Settings } from '../settings.ts';

/**
 * Returns the resolver with which to connect to a URL; undefined for the one of Node.js. Throws if the URL itself is refused:
 * not http, or an address of the function or of its platform. The resolver refuses names with such an address.
 */
export function resolverFor(url: URL, { allowedUrls }: Settings): LookupFunction | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`Cannot request "${shortUrl(url)}": only http and https URLs can be requested.`);
  }
  if (isBelowAny(url, allowedUrls)) return undefined;
  const resolve = refusing(url, () => externalResolver(url));
  return (hostname, options, callback) =>
    resolve(hostname, options, (error, ...found) => callback(error && refusalOf(url, error), ...found));
}

function refusing<T>(url: URL, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw refusalOf(url, error as Error);
  }
}

function refusalOf(url: URL, error: Error): Error {
  if (!(error instanceof InternalAddressError)) return error;
  return new Error(
    `Cannot request "${shortUrl(url)}": the address ${error.address} belongs to the function itself or to its platform. To allow it, the deployment sets GIRDER_WORKER_ALLOWED_URLS=${url.origin}.`,
  );
}

/** A URL for an error message: without password and query, which may hold secrets. */
export function shortUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
