import { readFile, stat } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { nodeSystem } from '../../system/nodeSystem.ts';
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
  /** The longest time until the whole answer is read. @default no limit */
  readonly totalMs?: number | undefined;
  /** Finds the address of the host. @default Node's own resolver */
  readonly lookup?: LookupFunction | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
  /** Replaces the values of the request's headers in a text: an error page may repeat them. */
  redact(text: string): string;
  /** The error to throw for one that reading the body threw: a GirderError, or the reason of the aborted signal. */
  errorOf(error: unknown): unknown;
}

const agentOptions = { keepAlive: true, maxSockets: 50 };
const agents = { 'http:': new HttpAgent(agentOptions), 'https:': new HttpsAgent(agentOptions) };

/** Methods that can be repeated without harm. */
const idempotent: readonly string[] = ['GET', 'PUT', 'DELETE'];

/**
 * Sends a request, and resolves to the head of the answer; its body is a stream that the caller must read or destroy.
 * Redirects are not followed: they could lead a token to another server.
 *
 * Rejects with GirderError: UNREACHABLE without an answer, UNEXPECTED_ANSWER for a switch of protocols, MALFORMED for a
 * request that HTTP does not allow. Rejects with the reason of the signal once that is aborted.
 */
export async function sendHttpRequest(request: HttpRequest): Promise<HttpResponse> {
  const tls = await tlsOptions(request);
  // A connection that was kept alive may be closed by the server at any time, also after it has read a request: only a
  // request that can be repeated uses one.
  // Nor does one with a resolver of its own: another resolver may have found the address of the connection.
  const canRepeat = idempotent.includes(request.method) && request.lookup === undefined;
  try {
    return await exchange(request, { ...tls, ...(!canRepeat && { agent: false }) });
  } catch (error) {
    if (!(error instanceof LostConnection)) throw error;
    return exchange(request, { ...tls, agent: false });
  }
}

/** A connection that an earlier request had opened was closed before the server answered. */
class LostConnection extends Error {}

function exchange(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
  const { method, url, headers, body, signal, idleMs, totalMs, lookup } = request;
  const { protocol, origin } = new URL(url);
  const isSecure = protocol === 'https:';
  return new Promise((resolve, reject) => {
    const unreachable = (reason: string, cause?: unknown) =>
      new GirderError('UNREACHABLE', `Girder at ${origin} was not reached: ${reason}`, { cause });
    let sent: ReturnType<typeof httpRequest>;
    try {
      sent = (isSecure ? httpsRequest : httpRequest)(url, {
        agent: agents[isSecure ? 'https:' : 'http:'],
        ...options,
        method,
        headers: { accept: '*/*', ...headers, ...(method !== 'GET' && { 'content-length': sizeOf(body) }) },
        timeout: idleMs,
        ...(signal && { signal }),
        ...(lookup && { lookup }),
      });
    } catch (cause) {
      const reason = (cause as Error).message;
      return reject(new GirderError('MALFORMED', `The request to ${origin} cannot be made: ${reason}`, { cause }));
    }
    const late = new Error(`no whole answer within ${totalMs} ms`);
    const cancelLimit =
      totalMs === undefined
        ? () => undefined
        : nodeSystem.startTimer(() => sent.destroy(late), totalMs, { keepAlive: false });

    sent.on('response', (message) => {
      const { statusCode: status = 0, headers: answered } = message;
      message.once('close', cancelLimit);
      resolve({
        ...{ status, headers: answered, body: message },
        redact: (text) => redacted(text, headers),
        errorOf(error) {
          if (signal?.aborted) return signal.reason;
          if (error instanceof GirderError) return error;
          return unreachable(
            sent.errored === late ? late.message : `its answer broke off: ${(error as Error).message}`,
            error,
          );
        },
      });
    });
    sent.on('upgrade', (_message, socket) => {
      socket.destroy();
      reject(new GirderError('UNEXPECTED_ANSWER', `${origin} answered with a switch of protocols.`));
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${idleMs} ms`)));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      cancelLimit();
      if (signal?.aborted) return reject(signal.reason);
      if (sent.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(error.code ?? '')) return reject(new LostConnection());
      reject(unreachable(error.message, error));
    });
    sent.on('close', () => {
      cancelLimit();
      reject(unreachable('the connection was closed'));
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

function sizeOf(body: HttpRequest['body']): number {
  if (body === undefined) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : body.sizeBytes;
}

/** The largest file of certificates that is read: the ones of operating systems have 0.2 MB. */
const maxCertificatesBytes = 2 * 1024 * 1024;

/** The certificates that were read, by the paths of their files. */
const certificates = new Map<string, Buffer>();

async function tlsOptions({
  verify,
  url,
}: HttpRequest): Promise<RequestOptions & { ca?: Buffer; rejectUnauthorized?: boolean }> {
  if (verify === true || !url.startsWith('https:')) return {};
  if (verify === false) return { rejectUnauthorized: false };
  const known = certificates.get(verify);
  if (known) return { ca: known };
  try {
    const file = await stat(verify);
    if (!file.isFile() || file.size > maxCertificatesBytes) throw new Error('it is no file of certificates');
    const ca = await readFile(verify);
    certificates.set(verify, ca);
    return { ca };
  } catch (cause) {
    const message = `"verify" of girder_client_session_kwargs names a file of certificates that cannot be read: ${verify}`;
    throw new GirderError('MALFORMED', message, { cause });
  }
}
