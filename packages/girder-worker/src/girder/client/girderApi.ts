import { exponentialBackoff } from '../../system/backoff.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import type { GirderParameters, GirderRequestOptions } from '../../task/girder/girderClient.ts';
import { assertOk, readJson } from '../http/answer.ts';
import { type HttpRequest, type HttpResponse, sendHttpRequest } from '../http/httpRequest.ts';
import { GirderError } from '../wire/girderError.ts';
import type { GirderSession } from '../wire/girderHeaders.ts';
import type { GirderServers } from '../wire/girderServers.ts';

export interface GirderApiOptions {
  /** The base of the REST API, without a slash at its end. It must be that of a server that may be called. */
  readonly apiUrl: string;
  /** Decides where Girder may redirect downloads to. */
  readonly servers: GirderServers;
  readonly token?: string | undefined;
  readonly session?: GirderSession | undefined;
  /** The longest time without any byte in either direction. @default 30000 */
  readonly idleMs?: number;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'sleep'>;
}

export interface ApiRequest extends Omit<GirderRequestOptions, 'data'> {
  readonly parameters?: GirderParameters | undefined;
  readonly data?: HttpRequest['body'];
}

/** How often a call is repeated that can be repeated without harm, and the delays between. */
const repetitions = 4;
const delaysMs = { first: 500, max: 4000 };

/** Redirects that a download follows: to the storage that holds the file. */
const maxRedirects = 5;

/** The calls of one Girder server, with one token. */
export class GirderApi {
  readonly apiUrl: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #verify: boolean | string;
  readonly #servers: GirderServers;
  readonly #idleMs: number;
  readonly #system: Pick<System, 'sleep'>;

  constructor({ apiUrl, servers, token, session, idleMs = 30_000, system = nodeSystem }: GirderApiOptions) {
    this.apiUrl = apiUrl.replace(/\/+$/, '');
    this.#headers = { ...session?.headers, ...(token !== undefined && { 'girder-token': token }) };
    this.#verify = session?.verify ?? true;
    this.#servers = servers;
    this.#idleMs = idleMs;
    this.#system = system;
  }

  /** Calls and returns the JSON of the answer. GET, PUT and DELETE are repeated if Girder does not answer. */
  async json<T>(method: string, path: string, request: ApiRequest = {}): Promise<T> {
    const call = async () => (await readJson(await this.#send(method, path, request))) as T;
    return method === 'POST' || method === 'PATCH' ? call() : this.repeated(call, request.signal);
  }

  /** Opens the content of a file from a position on. The caller reads the body. */
  async open(path: string, offset: number, signal: AbortSignal | undefined): Promise<HttpResponse> {
    let response = await this.#send('GET', path, { parameters: { offset }, signal });
    let from = this.apiUrl;
    for (let redirects = 0; response.status >= 300 && response.status < 400; redirects++) {
      response.body.destroy();
      const { location } = response.headers;
      if (redirects === maxRedirects) {
        throw new GirderError('UNEXPECTED_ANSWER', `Girder redirects a download more than ${maxRedirects} times.`);
      }
      // Storage such as S3: its address is signed, and must not get the token.
      const target = this.#servers.resolverOfRedirect(location, from);
      from = target.url;
      const headers = { ...(offset > 0 && { range: `bytes=${offset}-` }) };
      response = await sendHttpRequest({
        ...target,
        method: 'GET',
        headers,
        verify: true,
        signal,
        idleMs: this.#idleMs,
      });
    }
    await assertOk(response);
    return response;
  }

  /** Repeats a call whose failure may pass. Rejects with the last error. */
  async repeated<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof GirderError && error.isTransient) || attempt > repetitions) throw error;
        await this.#system.sleep(exponentialBackoff(attempt, delaysMs), signal);
        signal?.throwIfAborted();
      }
    }
  }

  #send(method: string, path: string, { parameters, json, data, headers, signal }: ApiRequest): Promise<HttpResponse> {
    return sendHttpRequest({
      method,
      url: this.#url(path, parameters),
      headers: { ...this.#headers, ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: json === undefined ? data : JSON.stringify(json),
      verify: this.#verify,
      signal,
      idleMs: this.#idleMs,
    });
  }

  /** Throws GirderError URL_NOT_ALLOWED for a path that leads out of the API. */
  #url(path: string, parameters: GirderParameters = {}): string {
    const url = new URL(`${this.apiUrl}/${path.replace(/^\/+/, '')}`);
    const base = new URL(this.apiUrl);
    if (url.origin !== base.origin || !url.pathname.startsWith(`${base.pathname.replace(/\/+$/, '')}/`)) {
      throw new GirderError('URL_NOT_ALLOWED', `The path "${path}" leads out of the API of Girder.`);
    }
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined && value !== null) url.searchParams.append(name, parameterText(value));
    }
    return url.href;
  }
}

/** A parameter as Girder expects it: objects and lists as JSON, in which a bigint is the nearest number. */
export function parameterText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value, withBigint) : String(value);
}

function withBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** An id as a part of a path. Throws GirderError MALFORMED for one that would change the path. */
export function idIn(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new GirderError('MALFORMED', `"${id}" is no id of a document in Girder.`);
  return encodeURIComponent(id);
}
