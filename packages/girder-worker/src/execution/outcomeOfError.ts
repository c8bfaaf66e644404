import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { failureOf, toFailure } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { Reject, Replaced, Retry } from '../task/errors.ts';
import { type ErrorMatcher, matchesError } from '../task/options.ts';

/**
 * The outcome of a task that threw. Retry, Replaced, Reject and Ignore are recognised by their names too, as a plugin may
 * bring another copy of the library with classes of its own. `expected` are the errors of the task option `throws`.
 */
export function outcomeOfError(error: unknown, task: string, expected?: readonly ErrorMatcher[]): Outcome {
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
  const failure = toFailure(error, module);
  return matchesError(error, expected)
    ? { state: 'FAILURE', failure, isExpected: true }
    : { state: 'FAILURE', failure };
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
