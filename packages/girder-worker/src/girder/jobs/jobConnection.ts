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

/** The longest time without any byte of an answer. */
const idleMs = 10_000;

export function connectJob({ url, method, session }: JobSpec): JobConnection {
  const { headers, verify } = session;
  return {
    async update(fields, signal) {
      const body = new URLSearchParams(fields).toString();
      const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
      const response = await sendHttpRequest({ method, url, headers: form, body, verify, signal, idleMs });
      try {
        return statusIn(await readJson(response));
      } catch (error) {
        if (response.status === 200 && error instanceof GirderError && error.code === 'UNREACHABLE') return undefined;
        throw error;
      }
    },
    async read(signal) {
      return statusIn(await readJson(await sendHttpRequest({ method: 'GET', url, headers, verify, signal, idleMs })));
    },
  };
}

function statusIn(job: unknown): number {
  const { status } = (job ?? {}) as { readonly status?: unknown };
  if (typeof status === 'number') return status;
  throw new GirderError('UNEXPECTED_ANSWER', 'Girder answered with JSON that is no job.');
}
