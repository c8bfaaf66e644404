import { readJson } from '../http/answer.ts';
import { sendHttpRequest } from '../http/httpRequest.ts';
import { GirderError } from '../wire/girderError.ts';
import type { JobSpec } from '../wire/girderHeaders.ts';

/** The fields of an update, as Girder names them. */
export type JobFields = Readonly<Record<string, string>>;

/**
 * The calls of one job. Each resolves to the status of the job after it; `update` to undefined if Girder has made the update,
 * but its answer broke off. All reject with GirderError.
 */
export interface JobConnection {
  /** Updates the job. Without fields it changes nothing: the cheapest way to read the status, as Girder leaves out the log. */
  update(fields: JobFields, signal: AbortSignal): Promise<number | undefined>;
  /** Reads the job. */
  read(signal: AbortSignal): Promise<number>;
}

/**
 * The longest time until a whole answer. Shorter than the time that the end of a run waits for Girder, so that a connection
 * without an answer can be given up, and the update repeated on another one.
 */
const limitMs = 4000;

export function connectJob({ url, method, session }: JobSpec): JobConnection {
  const { headers, verify } = session;
  const limits = { idleMs: limitMs, totalMs: limitMs };
  return {
    async update(fields, signal) {
      const body = new URLSearchParams(fields).toString();
      const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
      const response = await sendHttpRequest({ method, url, headers: form, body, verify, signal, ...limits });
      try {
        return statusIn(await readJson(response));
      } catch (error) {
        if (response.status === 200 && error instanceof GirderError && error.code === 'UNREACHABLE') return undefined;
        throw error;
      }
    },
    async read(signal) {
      return statusIn(
        await readJson(await sendHttpRequest({ method: 'GET', url, headers, verify, signal, ...limits })),
      );
    },
  };
}

function statusIn(job: unknown): number {
  const { status } = (job ?? {}) as { readonly status?: unknown };
  if (typeof status === 'number') return status;
  throw new GirderError('UNEXPECTED_ANSWER', 'Girder answered with JSON that is no job.');
}
