import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { DashboardError } from './fault.ts';

/** What a browser or a script must know. Both are random texts. */
export interface Tokens {
  /** In the address that the command prints. */
  readonly access: string;
  /** Sent as a header with actions: a page of another origin cannot read it. */
  readonly action: string;
}

export interface AccessOptions {
  readonly tokens: Tokens;
  /** The port of the server. */
  readonly port: () => number;
}

/** Sites that a browser names as the sender of a request: the page itself, or the address bar. */
const ownSites = ['same-origin', 'none'];

/**
 * Lets requests through that come from this machine's browser or scripts, with the token. The name in `Host` must be one of this machine, so
 * that a page whose name points here (DNS rebinding) is refused; `Origin` and `Sec-Fetch-Site` must not be those of another page.
 *
 * A script sends the token as `Authorization: Bearer TOKEN`, as the password of `Basic`, or as the parameter `token`. A browser that opens the
 * address with the token gets a cookie instead, and the address without it. With the cookie alone, a request that is not a GET needs the action token.
 */
export function restrictAccess({ tokens, port }: AccessOptions): MiddlewareHandler {
  const cookieName = () => `girder-worker-dashboard-${port()}`;
  return async (context, next) => {
    const { req } = context;
    const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port()}`);
    const host = req.header('host') ?? '';
    if (!hosts.includes(host))
      throw new DashboardError(403, 'FORBIDDEN', `The dashboard answers at http://${hosts[0]} only, not at "${host}".`);
    const origin = req.header('origin');
    if (origin !== undefined && origin !== `http://${host}`)
      throw new DashboardError(403, 'FORBIDDEN', `The page ${origin} may not use the dashboard.`);
    const isPageOfOthers = !ownSites.includes(req.header('sec-fetch-site') ?? 'none');
    const inAddress = req.query('token');
    // A link on another page may open the dashboard, but the page itself may not load anything of it.
    if (isPageOfOthers && !(req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate'))
      throw new DashboardError(403, 'FORBIDDEN', 'Another page may not use the dashboard.');

    if (isSame(inAddress, tokens.access) && req.path === '/') {
      const cookie = { httpOnly: true, sameSite: 'Strict', path: '/' } as const;
      setCookie(context, cookieName(), tokens.access, cookie);
      return context.redirect('/', 303);
    }
    const isScript = isSame(inAddress ?? authorizationOf(context), tokens.access);
    const isBrowser = isSame(getCookie(context, cookieName()), tokens.access);
    if (!isScript && !isBrowser)
      throw new DashboardError(
        401,
        'NO_TOKEN',
        'Open the address that `girder-worker dashboard` has printed: it contains the token. A script sends it as "Authorization: Bearer TOKEN".',
      );
    const isAction = req.method !== 'GET' && req.method !== 'HEAD';
    if (isAction && !isScript && !isSame(req.header('x-girder-worker-token'), tokens.action))
      throw new DashboardError(
        403,
        'FORBIDDEN',
        'The header X-Girder-Worker-Token is missing or wrong: reload the page.',
      );
    return next();
  };
}

/** The token of `Bearer TOKEN`, or of `Basic` with any user; undefined if there is none. */
function authorizationOf({ req }: Context): string | undefined {
  const [, scheme, value = ''] = /^(Bearer|Basic) (\S+)$/i.exec(req.header('authorization') ?? '') ?? [];
  if (scheme === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return value;
  return Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
}

function isSame(given: string | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
