import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { pythonExceptionOf } from './pythonException.ts';
import { traceback } from './traceback.ts';

/**
 * An error as data: what crosses threads and is stored, as an Error loses its name and fields on the way.
 * The fields are those of a stored exception (wire specification §3).
 */
export interface Failure {
  /** The exception's class, as Python will name it. */
  readonly type: string;
  /** The module in which Python looks for that class. */
  readonly module: string;
  /** The exception's positional arguments, as the JSON text of a list. */
  readonly argsJson: string;
  /** In Python's form, the most recent call last; null where no code ran. */
  readonly traceback: string | null;
}

/** An error that ended a task, as data; `module` is that of the task, and serves for classes that are neither Python's nor Celery's. */
export function toFailure(thrown: unknown, module: string): Failure {
  const error = thrown instanceof Error ? thrown : new Error(`${String(thrown)} (thrown, but not an Error)`);
  const exception = pythonExceptionOf(isStackOverflow(error) ? 'RecursionError' : error.name, module);
  return { ...exception, argsJson: argsJsonOf(error), traceback: traceback(error, exception) };
}

/** A failure of which no code of a task is the cause. */
export function failureOf(type: string, args: readonly unknown[], module = 'celery.exceptions'): Failure {
  return { type, module, argsJson: stringifyPythonJson(args), traceback: null };
}

/** The arguments Python builds the exception from: the message, or the error's own `args` where it has some. */
function argsJsonOf(error: Error & { readonly args?: unknown }): string {
  const args = Array.isArray(error.args) ? error.args : error.message === '' ? [] : [error.message];
  try {
    return stringifyPythonJson(args);
  } catch {
    return stringifyPythonJson(args.map(String)); // As Celery does: what cannot be serialised is stored as its text.
  }
}

function isStackOverflow(error: Error): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}
