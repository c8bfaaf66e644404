import { GirderError } from './girderError.ts';
import type { GirderServers } from './girderServers.ts';

/** The headers of a message (docs/wire-format.md §5). */
export type Headers = Readonly<Record<string, unknown>>;

/** How connections to Girder are made. */
export interface GirderSession {
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the certificate of the server is verified: true, false, or the path of a file with certificates to trust. */
  readonly verify: boolean | string;
}

/** Where the updates of a job are sent, from the header `jobInfoSpec`. */
export interface JobSpec {
  readonly url: string;
  readonly method: string;
  readonly session: GirderSession;
  /** Whether the console output of the task belongs to the log of the job. */
  readonly logsConsole: boolean;
}

/** The header `jobInfoSpec`; undefined if the message has no job. */
export function jobInfoSpecOf({ jobInfoSpec }: Headers): unknown {
  return jobInfoSpec ?? undefined;
}

/** The base of Girder's API as the message names it. `apiUrl` is an older name, used by the handler `worker_handler`. */
export function apiUrlOf(headers: Headers): string | undefined {
  const url = headers.girder_api_url ?? headers.apiUrl;
  return typeof url === 'string' ? url : undefined;
}

export function clientTokenOf(headers: Headers): string | undefined {
  const token = headers.girder_client_token;
  return typeof token === 'string' ? token : undefined;
}

export function resultHooksOf(headers: Headers): readonly unknown[] {
  return Array.isArray(headers.girder_result_hooks) ? headers.girder_result_hooks : [];
}

/** The end of a job's url: its id. */
const jobPath = /\/job\/([\w-]+)$/;

/** The id of the message's job; undefined if it has none. */
export function jobIdOf({ jobInfoSpec }: Headers): string | undefined {
  if (!isRecord(jobInfoSpec)) return undefined;
  if (typeof jobInfoSpec.reference === 'string') return jobInfoSpec.reference;
  return typeof jobInfoSpec.url === 'string' ? jobPath.exec(jobInfoSpec.url)?.[1] : undefined;
}

/** Headers of the sender and the verification of certificates, from `girder_client_session_kwargs`. */
export function sessionOf({ girder_client_session_kwargs: session }: Headers): GirderSession {
  if (!isRecord(session)) return { headers: {}, verify: true };
  const { verify } = session;
  return {
    headers: textsIn(session.headers),
    verify: typeof verify === 'boolean' || typeof verify === 'string' ? verify : true,
  };
}

/**
 * Reads the header `jobInfoSpec`. Throws GirderError: MALFORMED for one that does not describe the updates of a job,
 * NOT_CONFIGURED and URL_NOT_ALLOWED for a server that may not be called.
 */
export function readJobSpec(headers: Headers, servers: GirderServers): JobSpec {
  const spec = headers.jobInfoSpec;
  if (!isRecord(spec)) throw malformed('it must be an object', spec);
  const { url, method = 'PUT', logPrint } = spec;
  if (typeof url !== 'string') throw malformed('its url must be a string', url);
  const resolved = new URL(servers.resolve(url, apiUrlOf(headers)));
  if (!jobPath.test(resolved.pathname)) throw malformed('its url must end in /job/ and the id of a job', url);
  if (typeof method !== 'string' || !/^(PUT|POST|PATCH)$/i.test(method)) {
    const named = typeof method === 'string' && /^\w{1,10}$/.test(method) ? ` (${method})` : '';
    throw malformed(`its method${named} must be PUT, POST or PATCH`, method);
  }
  const session = sessionOf(headers);
  return {
    url: resolved.origin + resolved.pathname,
    method: method.toUpperCase(),
    session: { ...session, headers: { ...session.headers, ...textsIn(spec.headers) } },
    logsConsole: Boolean(logPrint),
  };
}

/** Shows only the type of a value: it may contain a token. */
function malformed(what: string, value: unknown): GirderError {
  const type = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new GirderError('MALFORMED', `The header jobInfoSpec is malformed: ${what}, got ${type}.`);
}

/** Headers that belong to the connection, or decide which server answers. */
const connectionHeaders =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|proxy-.*)$/i;

/** The entries whose values are strings that an HTTP header can have, without those of the connection. */
function textsIn(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const isHeader = ([name, text]: [string, unknown]) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
    !connectionHeaders.test(name) &&
    typeof text === 'string' &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
  return Object.fromEntries(Object.entries(value).filter(isHeader)) as Record<string, string>;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
