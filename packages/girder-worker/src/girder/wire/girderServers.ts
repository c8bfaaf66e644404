import type { LookupFunction } from 'node:net';
import { externalResolver, isBelowAny } from '../../network/internalAddresses.ts';
import { GirderError } from './girderError.ts';

/** The variables that name addresses which may be called. */
export type GirderEnvironment = Readonly<
  Partial<Record<'GIRDER_WORKER_API_URL' | 'GIRDER_WORKER_ALLOWED_URLS', string>>
>;

/**
 * The Girder servers that may be called, from GIRDER_WORKER_API_URL. Messages name URLs, and messages can be forged: a URL
 * that does not belong to one of these servers is never called, whether it leads to another server, to a service of this
 * machine or to Lambda's own API.
 */
export class GirderServers {
  readonly #bases: readonly string[];
  readonly #allowed: readonly URL[];

  /** @param env GIRDER_WORKER_API_URL and GIRDER_WORKER_ALLOWED_URLS, each a list of URLs that are separated by commas */
  constructor(env: GirderEnvironment) {
    this.#bases = listOf(env.GIRDER_WORKER_API_URL).map(normalBase);
    this.#allowed = listOf(env.GIRDER_WORKER_ALLOWED_URLS).flatMap((text) => URL.parse(text) ?? []);
  }

  /**
   * Returns the resolver with which to connect to an address to which Girder redirects a download; undefined for Node's own.
   * Throws GirderError URL_NOT_ALLOWED for an address of this machine or its platform, unless the environment allows it: any
   * user of Girder can create a file that is a link.
   */
  resolverOfRedirect(
    text: string | undefined,
    from: string,
  ): { readonly url: string; readonly lookup?: LookupFunction } {
    const url = text === undefined ? null : URL.parse(text, from);
    if (!url || !/^https?:$/.test(url.protocol) || (from.startsWith('https:') && url.protocol === 'http:')) {
      throw new GirderError(
        'URL_NOT_ALLOWED',
        `Girder redirects a download to ${shownUrl(text ?? '')}, which is not followed.`,
      );
    }
    if (isBelowAny(url, this.#allowed)) return { url: url.href };
    try {
      return { url: url.href, lookup: externalResolver(url) };
    } catch (cause) {
      const message = `Girder redirects a download, which is not followed: ${(cause as Error).message} To allow it, set GIRDER_WORKER_ALLOWED_URLS=${url.origin}.`;
      throw new GirderError('URL_NOT_ALLOWED', message, { cause });
    }
  }

  /**
   * Returns the URL to call for one that a message names: the same URL, if it belongs to a configured server. With a single
   * configured server, a URL below `namedApiUrl` becomes one of that server, as Girder may know itself by another address
   * than its workers do (as in girder_worker 5, whose variable GIRDER_WORKER_API_URL does this).
   *
   * Throws GirderError NOT_CONFIGURED or URL_NOT_ALLOWED.
   */
  resolve(url: string, namedApiUrl?: string): string {
    const [only] = this.#bases;
    if (only === undefined) {
      throw new GirderError(
        'NOT_CONFIGURED',
        `Girder at ${shownUrl(url)} is not called: set GIRDER_WORKER_API_URL to the URL of its REST API, such as https://girder.example.org/api/v1.`,
      );
    }
    const wanted = urlOf(url);
    if (wanted && this.#bases.some((base) => isBelow(wanted, base))) return wanted.href;
    const named = namedApiUrl === undefined ? undefined : urlOf(namedApiUrl);
    if (wanted && named && this.#bases.length === 1 && isBelow(wanted, normalBase(named.href))) {
      return only + wanted.href.slice(normalBase(named.href).length);
    }
    throw new GirderError(
      'URL_NOT_ALLOWED',
      `Girder at ${shownUrl(url)} is not called: it is not in GIRDER_WORKER_API_URL (${this.#bases.join(', ')}).`,
    );
  }

  /** Returns the base of an API without a slash at its end, for one that a message names. Throws as `resolve` does. */
  resolveApiUrl(apiUrl: string, namedApiUrl?: string): string {
    return normalBase(this.resolve(apiUrl, namedApiUrl));
  }
}

function urlOf(text: string): URL | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : undefined;
}

/** What may be shown of a URL: user names, passwords, paths and queries may be secret. */
function shownUrl(text: string): string {
  const url = URL.parse(text);
  return url?.host ? `${url.protocol}//${url.host}` : 'an address that is no URL';
}

function listOf(text = ''): string[] {
  return text.split(',').flatMap((url) => url.trim() || []);
}

function normalBase(apiUrl: string): string {
  const { origin, pathname } = new URL(apiUrl);
  return origin + pathname.replace(/\/+$/, '');
}

function isBelow({ origin, pathname }: URL, base: string): boolean {
  const path = origin + pathname;
  return path === base || path.startsWith(`${base}/`);
}
