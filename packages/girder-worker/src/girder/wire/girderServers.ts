import { GirderError } from './girderError.ts';

/**
 * The Girder servers that may be called, from GIRDER_WORKER_API_URL. Messages name URLs, and messages can be forged: a URL
 * that does not belong to one of these servers is never called, whether it leads to another server, to a service of this
 * machine or to Lambda's own API.
 */
export class GirderServers {
  readonly #bases: readonly string[];

  /** @param apiUrls the bases of the REST APIs, such as `https://girder.example.org/api/v1`, separated by commas */
  constructor(apiUrls: string | undefined) {
    const bases = (apiUrls ?? '').split(',').map((url) => url.trim());
    this.#bases = bases.filter((url) => url !== '').map(normalBase);
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
        `Girder at ${originOf(url)} is not called: set GIRDER_WORKER_API_URL to the URL of its REST API, such as https://girder.example.org/api/v1.`,
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
      `Girder at ${originOf(url)} is not called: it is not in GIRDER_WORKER_API_URL (${this.#bases.join(', ')}).`,
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

/** What a message may show of a URL: user names, passwords and queries may be secret. */
function originOf(text: string): string {
  return urlOf(text)?.origin ?? `a URL that is none ("${text.replace(/[^\w:/.-].*$/s, '…').slice(0, 60)}")`;
}

function normalBase(apiUrl: string): string {
  const { origin, pathname } = new URL(apiUrl);
  return origin + pathname.replace(/\/+$/, '');
}

function isBelow({ origin, pathname }: URL, base: string): boolean {
  const path = origin + pathname;
  return path === base || path.startsWith(`${base}/`);
}
