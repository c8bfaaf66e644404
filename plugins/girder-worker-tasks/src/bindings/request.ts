import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Settings } from '../settings.ts';
import { resolverFor, shortUrl } from './addresses.ts';
import { collect } from './content.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Creates the body, once for each redirect that repeats it. */
  readonly body?: (() => Readable | Uint8Array) | undefined;
  readonly signal: AbortSignal;
  readonly settings: Settings;
}

const maxRedirects = 5;

/** The headers that must not follow a redirect to another origin. */
const credentials = new Set(['authorization', 'cookie', 'girder-token', 'proxy-authorization']);

/**
 * Sends a request, follows redirects, and resolves to the response, whose body is still to be read. Each URL on the way must
 * be one that a message may request. Rejects for a status of 400 or more, and after 5 redirects.
 */
export async function sendRequest(request: HttpRequest): Promise<IncomingMessage> {
  let current = request;
  for (let redirects = 0; ; redirects++) {
    const response = await sendOnce(current);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && location !== undefined) {
      response.destroy();
      if (redirects === maxRedirects)
        throw new Error(`"${shortUrl(request.url)}" redirects more than ${maxRedirects} times.`);
      current = redirected(current, status, location);
    } else if (status >= 400) {
      throw await failureOf(current, response);
    } else {
      return response;
    }
  }
}

function redirected(request: HttpRequest, status: number, location: string): HttpRequest {
  const url = URL.parse(location, request.url.href);
  if (!url) throw new Error(`"${shortUrl(request.url)}" redirects to "${location}", which is no URL.`);
  const repeats = status === 307 || status === 308;
  const isSameOrigin = url.origin === request.url.origin;
  const headers = Object.entries(request.headers).filter(
    ([name]) => isSameOrigin || !credentials.has(name.toLowerCase()),
  );
  const becomesGet = !repeats && request.method !== 'HEAD';
  return {
    ...request,
    url,
    method: becomesGet ? 'GET' : request.method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : request.body,
  };
}

function sendOnce({ url, method, headers, body, signal, settings }: HttpRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const lookup = resolverFor(url, settings);
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = send(url, {
      method,
      headers: { 'accept-encoding': 'identity', ...headers },
      // A connection of its own: a shared one may have been opened to an address that was allowed for another URL.
      agent: false,
      signal,
      ...(lookup && { lookup }),
    });
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    const content = body?.();
    if (content === undefined || content instanceof Uint8Array) outgoing.end(content);
    else pipeline(content, outgoing).catch(reject);
  });
}

async function failureOf({ method, url }: HttpRequest, response: IncomingMessage): Promise<Error> {
  const text = await collect(response, 64 * 1024, 'The response')
    .then((body) => `: ${body.toString('utf8').slice(0, 500)}`)
    .catch(() => '');
  return new Error(`${method} "${shortUrl(url)}" failed with status ${response.statusCode}${text}`);
}
