import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { describe, type Fields, fieldsOf, positiveNumberOf, textOf } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { freePath } from '../run/temporaryFolder.ts';
import { shortUrl } from './addresses.ts';
import { bytesOf, collect, saveTo, textOrBytes } from './content.ts';
import { type HttpRequest, sendRequest } from './request.ts';
import type { FetchTarget, Produced } from './transfer.ts';

/** The time that a transfer may take, unless its binding says less. */
const maxTransferSeconds = 300;

/** Headers that belong to the connection, and methods that have no use here, are not the sender's to choose. */
const reservedHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'te',
]);
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']);

/** Downloads the input of a binding with `url`, `method`, `headers`, `params`, `maxSize` and `timeout`. */
export async function fetchFromHttp(binding: Fields, target: FetchTarget, context: RunContext): Promise<unknown> {
  return transfer(binding, 'GET', context, async (request) => {
    const response = await sendRequest(request);
    const subject = `The response of "${shortUrl(request.url)}"`;
    const limit = positiveNumberOf(binding, 'maxSize', 'the binding') ?? Number.POSITIVE_INFINITY;
    if (target.kind === 'memory') {
      return textOrBytes(await collect(response, Math.min(limit, context.settings.maxDataBytes), subject));
    }
    const path = freePath(await context.temporaryFolder(), target.filename ?? fileNameOf(response, request.url));
    await saveTo(path, response, Math.min(limit, context.settings.maxFileBytes), subject);
    return path;
  });
}

/** Sends an output to the `url` of a binding, by POST unless it has a `method`. */
export async function pushToHttp(output: Produced, binding: Fields, context: RunContext): Promise<void> {
  const size = output.kind === 'file' ? (await stat(output.path)).size : undefined;
  const bytes = output.kind === 'memory' ? bytesOf(output.data, output.subject) : undefined;
  await transfer(binding, 'POST', context, async (request) => {
    const response = await sendRequest({
      ...request,
      headers: { ...request.headers, 'content-length': String(size ?? bytes!.length) },
      body: () => bytes ?? createReadStream((output as { readonly path: string }).path),
    });
    response.resume();
  });
}

/** Calls a function with the request of a binding, which ends after its time limit. */
async function transfer<T>(
  binding: Fields,
  defaultMethod: string,
  { signal, settings }: RunContext,
  send: (request: HttpRequest) => Promise<T>,
): Promise<T> {
  const url = urlOf(binding);
  const method = (textOf(binding, 'method', 'the binding') ?? defaultMethod).toUpperCase();
  if (!methods.has(method))
    throw new Error(`"method" of the binding must be one of ${[...methods].join(', ')}; got "${method}".`);
  const seconds = Math.min(
    positiveNumberOf(binding, 'timeout', 'the binding') ?? maxTransferSeconds,
    maxTransferSeconds,
  );
  const timeout = AbortSignal.timeout(Math.ceil(seconds * 1000));
  try {
    return await send({
      url,
      method,
      headers: headersOf(binding),
      settings,
      signal: AbortSignal.any([signal, timeout]),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted)
      throw new Error(`${method} "${shortUrl(url)}" took longer than ${seconds} s.`, { cause: error });
    throw error;
  }
}

function urlOf(binding: Fields): URL {
  const text = textOf(binding, 'url', 'the binding');
  const url = text === undefined ? undefined : URL.parse(text);
  if (!url) throw new Error(`"url" of a binding of mode "http" must be a URL, got ${describe(text)}.`);
  for (const [name, value] of Object.entries(fieldsOf(binding, 'params', 'the binding'))) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null && item !== undefined) url.searchParams.append(name, String(item));
    }
  }
  return url;
}

function headersOf(binding: Fields): Record<string, string> {
  const headers = Object.entries(fieldsOf(binding, 'headers', 'the binding'));
  for (const [name] of headers) {
    if (reservedHeaders.has(name.toLowerCase())) throw new Error(`"headers" of the binding must not set "${name}".`);
  }
  return Object.fromEntries(headers.map(([name, value]) => [name, String(value)]));
}

/** The name of a downloaded file: that of the header Content-Disposition, else the last part of the URL. */
function fileNameOf({ headers }: IncomingMessage, url: URL): string {
  const named = /filename="([^"]*)"/.exec(headers['content-disposition'] ?? '')?.[1];
  return named || url.pathname.split('/').findLast(Boolean) || 'download';
}
