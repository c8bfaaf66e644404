import { GirderError, StateTransitionError } from '../wire/girderError.ts';
import type { HttpResponse } from './httpRequest.ts';

/** The longest answer that is read into memory; files are streamed instead. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** The characters of an answer that a message shows. */
const maxShownCharacters = 500;

/**
 * Reads the JSON of Girder's answer. Throws GirderError: HTTP_STATUS for an error status, with Girder's own message;
 * UNEXPECTED_ANSWER for anything that is not JSON.
 */
export async function readJson(response: HttpResponse): Promise<unknown> {
  const text = await readText(response);
  if (response.status >= 400) throw statusError(response, text);
  if (response.status >= 300) {
    throw new GirderError('UNEXPECTED_ANSWER', `Girder answered with a redirect (${response.status}).`, response);
  }
  try {
    return JSON.parse(text);
  } catch {
    const type = response.headers['content-type'] ?? 'no content type';
    const message = `Girder answered with ${type} instead of JSON: ${shown(response.redact(text))}`;
    throw new GirderError('UNEXPECTED_ANSWER', message, response);
  }
}

/** Throws the error of an answer whose status is an error; its body is read. */
export async function assertOk(response: HttpResponse): Promise<void> {
  if (response.status >= 400) throw statusError(response, await readText(response));
}

async function readText({ body, errorOf }: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > maxAnswerBytes) {
        throw new GirderError('UNEXPECTED_ANSWER', `Girder answered with more than ${maxAnswerBytes} bytes.`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw errorOf(error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Girder's errors are JSON: `{ type, message, field }`. Any other is one of a proxy before it. */
function statusError({ status, redact }: HttpResponse, text: string): GirderError {
  const answer = errorIn(text);
  const field = typeof answer?.field === 'string' ? answer.field : undefined;
  const isGirders = typeof answer?.message === 'string';
  const message = shown(redact(isGirders ? String(answer?.message) : text));
  if (status === 400 && field === 'status') return new StateTransitionError(message);
  return new GirderError('HTTP_STATUS', `Girder answered ${status}: ${message}`, { status, field, isGirders });
}

function errorIn(text: string): { readonly message?: unknown; readonly field?: unknown } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxShownCharacters ? `${line.slice(0, maxShownCharacters)}…` : line || 'nothing';
}
