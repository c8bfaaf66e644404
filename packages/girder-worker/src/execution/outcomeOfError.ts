import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { failureOf, toFailure } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { Reject, Replaced, Retry } from '../task/errors.ts';

/**
 * What a task that threw comes to. Its own ways of ending are known by their names, as a plugin may bring another copy
 * of the library, whose classes are not these.
 */
export function outcomeOfError(error: unknown, task: string): Outcome {
  const module = task.slice(0, task.lastIndexOf('.'));
  if (isA(error, Retry)) {
    const { etaMs, exc } = error;
    return {
      state: 'RETRY',
      etaMs,
      failure: exc ? toFailure(exc, module) : null,
      traceback: toFailure(error, module).traceback,
    };
  }
  if (isA(error, Replaced)) return replaced(error.signature, module);
  if (isA(error, Reject)) return { state: 'REJECTED', requeue: error.requeue, failure: rejection(error) };
  if (error instanceof Error && error.name === 'Ignore') return { state: 'IGNORED' };
  return { state: 'FAILURE', failure: toFailure(error, module) };
}

function isA<E extends Error>(error: unknown, kind: abstract new (...args: never[]) => E): error is E {
  return error instanceof kind || (error instanceof Error && error.name === kind.name);
}

function replaced(signature: unknown, module: string): Outcome {
  try {
    return { state: 'REPLACED', signatureJson: stringifyPythonJson(signature) };
  } catch (error) {
    return { state: 'FAILURE', failure: toFailure(error, module) };
  }
}

/** Celery 5.7 stores both arguments of the exception, and no traceback. */
function rejection({ reason, requeue }: Reject) {
  try {
    return failureOf('Reject', [reason, requeue]);
  } catch {
    return failureOf('Reject', [String(reason), requeue]);
  }
}
