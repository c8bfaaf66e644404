import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { GirderError } from '../wire/girderError.ts';

/** A body whose length is known before it is read. */
export interface StreamedBody {
  readonly sizeBytes: number;
  open(): Readable;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | StreamedBody | undefined;
  /** True, false, or the path of a file with certificates to trust. */
  readonly verify: boolean | string;
  readonly signal?: AbortSignal | undefined;
  /** The longest time without any byte in either direction. */
  readonly idleMs: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
  /** Replaces the values of the request's headers in a text: an error page may repeat them. */
  redact(text: string): string;
}

const agentOptions = { keepAlive: true, maxSockets: 50 };
const agents = { 'http:': new HttpAgent(agentOptions), 'https:': new HttpsAgent(agentOptions) };

/**
 * Sends a request, and resolves to the head of the answer; its body is a stream that the caller must read or destroy.
 * Redirects are not followed: they could lead a token to another server.
 *
 * Rejects with GirderError UNREACHABLE, and with the reason of the signal once that is aborted.
 */
export async function sendHttpRequest(request: HttpRequest): Promise<HttpResponse> {
  const tls = await tlsOptions(request.verify);
  try {
    return await exchange(request, tls);
  } catch (error) {
    // The server may close a connection that was kept alive at any time, before it has read anything of a request.
    if (!(error instanceof LostConnection)) throw error;
    return exchange(request, tls);
  }
}

/** A connection that an earlier request had opened was closed before the server answered. */
class LostConnection extends Error {}

function exchange(request: HttpRequest, tls: RequestOptions): Promise<HttpResponse> {
  const { method, url, headers, body, signal, idleMs } = request;
  const { protocol, origin } = new URL(url);
  const isSecure = protocol === 'https:';
  return new Promise((resolve, reject) => {
    const lengthBytes = body === undefined ? 0 : sizeOf(body);
    const options: RequestOptions = {
      ...tls,
      method,
      agent: agents[isSecure ? 'https:' : 'http:'],
      headers: { accept: '*/*', ...headers, ...(method !== 'GET' && { 'content-length': lengthBytes }) },
      timeout: idleMs,
      ...(signal && { signal }),
    };
    const sent = (isSecure ? httpsRequest : httpRequest)(url, options, (message) => {
      const { statusCode: status = 0, headers: answered } = message;
      resolve({ status, headers: answered, body: message, redact: (text) => redacted(text, headers) });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${idleMs} ms`)));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) return reject(signal.reason);
      if (sent.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(error.code ?? '')) return reject(new LostConnection());
      reject(new GirderError('UNREACHABLE', `Girder at ${origin} was not reached: ${error.message}`, { cause: error }));
    });
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sent.end(body);
    else pipeline(body.open(), sent, () => undefined); // An error of the stream destroys the request, which rejects.
  });
}

/** Short values, such as `*`, are no secrets. */
function redacted(text: string, headers: HttpRequest['headers'] = {}): string {
  const secrets = Object.values(headers).filter((value) => value.length >= 8);
  return secrets.reduce((result, secret) => result.replaceAll(secret, '***'), text);
}

function sizeOf(body: string | Uint8Array | StreamedBody): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : body.sizeBytes;
}

async function tlsOptions(
  verify: boolean | string,
): Promise<RequestOptions & { ca?: Buffer; rejectUnauthorized?: boolean }> {
  if (verify === true) return {};
  if (verify === false) return { rejectUnauthorized: false };
  try {
    return { ca: await readFile(verify) };
  } catch (cause) {
    const message = `"verify" of girder_client_session_kwargs names a file of certificates that cannot be read: ${verify}`;
    throw new GirderError('MALFORMED', message, { cause });
  }
}
