import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Makes a server answer 403 to the requests of web pages. A page of any site can send requests to this machine: it could read
 * the result table, and send tasks by a form. Programs send neither `Origin` nor `Sec-Fetch-Site`, and name this machine as
 * the host; the name of another host that leads here (DNS rebinding) is refused, too.
 *
 * Call it after all other listeners were added.
 */
export function refuseBrowsers(server: Server): void {
  const listeners = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const reason = reasonToRefuse(request);
    if (reason !== undefined) {
      response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' });
      response.end(`${reason}: this emulator answers programs on this machine, and no web pages.\n`);
      return;
    }
    withoutCors(response);
    for (const listener of listeners) listener.call(server, request, response);
  });
}

function reasonToRefuse({ headers }: IncomingMessage): string | undefined {
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined) return `The request comes from a web page (Origin: ${origin})`;
  // A person who types the address sends "none".
  if (site !== undefined && site !== 'none') return `The request comes from a web page (Sec-Fetch-Site: ${site})`;
  return isLocal(host) ? undefined : `The host "${host}" is not this machine`;
}

/** AWS's clients put the name of a service in front of the host. */
function isLocal(host: string): boolean {
  return /^(?:127\.0\.0\.1|\[::1\]|(?:[a-z0-9-]+\.)*localhost)(?::\d+)?$/i.test(host);
}

/** The headers by which dynalite lets all pages read its answers. */
function withoutCors(response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => (/^access-control-/i.test(name) ? response : setHeader(name, value));
}
