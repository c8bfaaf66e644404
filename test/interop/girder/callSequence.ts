import type { RecordedCall } from './recordingProxy.ts';

/** The parts of a call in which two workers are compared. */
export type ComparedCall = Pick<RecordedCall, 'method' | 'path' | 'query' | 'form' | 'status'>;

/**
 * Returns the calls about a job in a form in which those of two workers are equal if the workers do the same: one line for
 * each call, such as `PUT job/ID status=2 -> 200`. These differences are allowed, and so removed:
 *
 * 1. Polls: how often a worker asks for the status of a job is its own affair.
 * 2. A final status that Girder refuses because the job is cancelled: a worker may learn of a cancellation by this answer.
 * 3. Progress that is sent again unchanged: the worker in Python adds it to each call, and sends it once more after the final
 *    status.
 * 4. Where the log and the progress are cut into calls, which depends on the clock: calls that follow each other are one. It
 *    has the latest progress.
 *
 * Values that differ from run to run are left out: the text of the log, and the values of the query of a new job.
 */
export function comparableCalls(calls: readonly ComparedCall[], jobId: string): string[] {
  const relevant = calls.filter((call) => !isPoll(call) && !isRefusedStatus(call));
  const merged: ComparedCall[] = [];
  let progress: Record<string, string> = {};
  for (const call of relevant) {
    if (!isUpdate(call)) {
      merged.push(call);
      continue;
    }
    const { log, ...sent } = call.form;
    const isChanged = Object.entries(sent).some(([name, value]) => progress[name] !== value);
    progress = { ...progress, ...sent };
    if (!isChanged && log === undefined) continue;
    const before = merged.at(-1);
    // Progress that was sent before is part of the first update only: a later one need not repeat it.
    const form = { ...(isChanged && progress), ...(log !== undefined && { log }) };
    if (before && isUpdate(before)) merged[merged.length - 1] = { ...before, form: { ...before.form, ...form } };
    else merged.push({ ...call, form });
  }
  return merged.map((call) => lineOf(call, jobId));
}

function isPoll({ method, path, form, query }: ComparedCall): boolean {
  if (!path.startsWith('job/')) return false;
  return method === 'GET' || (method === 'PUT' && Object.keys(form).length + Object.keys(query).length === 0);
}

function isRefusedStatus({ form, status }: ComparedCall): boolean {
  return form.status !== undefined && status === 400;
}

/** Whether a call writes the log or the progress of a job. */
function isUpdate({ method, path, form }: ComparedCall): boolean {
  return method === 'PUT' && path.startsWith('job/') && form.status === undefined;
}

function lineOf({ method, path, query, form, status }: ComparedCall, jobId: string): string {
  const fields = Object.entries(form).map(([name, value]) => (name === 'log' ? 'log' : `${name}=${value}`));
  const parameters = Object.keys(query).length > 0 ? `?${sorted(Object.keys(query)).join('&')}` : '';
  return [`${method} ${path.replaceAll(jobId, 'ID')}${parameters}`, ...sorted(fields), `-> ${status}`].join(' ');
}

function sorted(texts: readonly string[]): string[] {
  return texts.toSorted((a, b) => (a < b ? -1 : 1));
}
