import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { exceptionRepr } from '../kombu/repr/pythonRepr.ts';
import { type Failure, failureOf, toFailure } from '../outcome/failure.ts';
import type { Outcome, RetryArguments } from '../outcome/outcome.ts';
import { Reject, Replaced, Retry } from '../task/errors.ts';
import { type ErrorMatcher, matchesError } from '../task/options.ts';
import type { CallArguments } from './taskExtension.ts';

export interface OutcomeOptions {
  /** The errors of the task option `throws`. @default none */
  readonly expected?: readonly ErrorMatcher[] | undefined;
  /** The arguments of the next run; undefined if they do not change. Throws if they do not fit. @default they do not change */
  readonly argumentsOfRetry?: (retry: Retry) => CallArguments | undefined;
}

/**
 * The outcome of a task that threw. Retry, Replaced, Reject and Ignore are recognised by their names too, as a plugin may
 * bring another copy of the library with classes of its own.
 */
export function outcomeOfError(
  error: unknown,
  task: string,
  { expected, argumentsOfRetry = () => undefined }: OutcomeOptions = {},
): Outcome {
  const module = task.slice(0, task.lastIndexOf('.'));
  if (isA(error, Retry)) return retried(error, module, argumentsOfRetry);
  if (isA(error, Replaced)) return replaced(error.signature, module);
  if (isA(error, Reject)) return { state: 'REJECTED', requeue: error.requeue, failure: rejection(error) };
  if (error instanceof Error && error.name === 'Ignore') return { state: 'IGNORED' };
  const failure = toFailure(error, module);
  return matchesError(error, expected)
    ? { state: 'FAILURE', failure, isExpected: true }
    : { state: 'FAILURE', failure };
}

function retried(
  error: Retry,
  module: string,
  argumentsOfRetry: NonNullable<OutcomeOptions['argumentsOfRetry']>,
): Outcome {
  const { etaMs, exc } = error;
  let changed: RetryArguments | undefined;
  try {
    const given = argumentsOfRetry(error);
    changed = given && { argsJson: stringifyPythonJson(given.args), kwargsJson: stringifyPythonJson(given.kwargs) };
  } catch (cause) {
    return notSent(toFailure(cause, module));
  }
  return {
    state: 'RETRY',
    etaMs,
    failure: exc ? toFailure(exc, module) : null,
    traceback: toFailure(error, module).traceback,
    ...(changed && { arguments: changed }),
  };
}

/** As in Celery, a retry that cannot be sent rejects its message: its arguments do not fit the task, or have no JSON form. */
function notSent({ type, argsJson }: Failure): Outcome {
  const reason = exceptionRepr({ type, args: parsePythonJson(argsJson) as readonly unknown[] });
  return { state: 'REJECTED', requeue: false, failure: failureOf('Reject', [reason, false]) };
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
