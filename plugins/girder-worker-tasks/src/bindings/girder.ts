import type { GirderClient } from 'girder-worker/utils';
import { describe, type Fields, own, textOf } from '../fields.ts';
import type { GirderAccess } from '../run/context.ts';

/** Creates a client of a Girder server that a binding names. Rejects if the deployment does not name the server. */
export async function connectToGirder(apiUrl: string, token: string | undefined): Promise<GirderClient> {
  const { GirderClient: Client } = await import('girder-worker/girder');
  return new Client({ apiUrl, token });
}

/**
 * Returns the client for a binding of mode `girder`: of the server at its `api_url`, or at its `host`, `scheme`, `port` and
 * `api_root`, with its `token`. A binding that names no server means the one that sent the task.
 */
export async function clientOf(
  binding: Fields,
  access: GirderAccess,
  { needsToken = false } = {},
): Promise<GirderClient> {
  const apiUrl = apiUrlOf(binding);
  const token = textOf(binding, 'token', 'the binding');
  if (apiUrl === undefined) {
    if (access.own) return access.own;
    throw new Error(
      'A binding of mode "girder" needs "api_url" or "host", as the message of the task names no Girder server.',
    );
  }
  if (token === undefined && needsToken) throw new Error('The binding of a Girder output needs a "token".');
  return access.connect(apiUrl, token);
}

function apiUrlOf(binding: Fields): string | undefined {
  const apiUrl = textOf(binding, 'api_url', 'the binding');
  if (apiUrl !== undefined) return apiUrl;
  const host = textOf(binding, 'host', 'the binding');
  if (host === undefined) return undefined;
  const scheme = textOf(binding, 'scheme', 'the binding') ?? 'http';
  const port = own(binding, 'port');
  const root = textOf(binding, 'api_root', 'the binding') ?? '/api/v1';
  const url = URL.parse(`${scheme}://${host}${port === undefined ? '' : `:${port}`}${root}`);
  if (!url) throw new Error(`"host" of the binding must be the name of a server, got ${describe(host)}.`);
  return url.href;
}
