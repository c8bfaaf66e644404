import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { systemErrorClasses } from '../task/systemErrors.ts';
import { pythonExceptionOf } from './pythonException.ts';
import { causeOf, readThrown, type ThrownValue, textOf } from './thrownValue.ts';
import { formatTraceback } from './traceback.ts';

/**
 * An error as plain data, with the fields of a stored exception (docs/wire-format.md §3). It is what threads exchange and
 * what is stored: an Error loses its name and fields when it is cloned.
 */
export interface Failure {
  /** The name of the exception class in Python. */
  readonly type: string;
  /** The module in which Python looks the class up. */
  readonly module: string;
  /** The positional arguments of the exception: the JSON text of a list. */
  readonly argsJson: string;
  /** In Python's form, the most recent call last; null if no code ran. */
  readonly traceback: string | null;
}

/**
 * The failure of a value that a task threw. `module` is the module of the task: it becomes the module of classes that are
 * neither built-in classes of Python nor Celery's.
 */
export function toFailure(thrown: unknown, module: string): Failure {
  const value = readThrown(thrown);
  const exception = pythonExceptionOf(classNameOf(value), module);
  return { ...exception, argsJson: argsJsonOf(value), traceback: formatTraceback(value, exception) };
}

/** The failure with this exception class and these arguments, for errors that no code of a task has thrown. */
export function failureOf(
  type: string,
  args: readonly unknown[],
  module = 'celery.exceptions',
  traceback: string | null = null,
): Failure {
  return { type, module, argsJson: stringifyPythonJson(args), traceback };
}

/** The failure of a task whose worker ended before the task did. `traceback` is that of the error that ended it, if there is one. */
export function workerLost(reason: string, traceback: string | null = null): Failure {
  return failureOf('WorkerLostError', [reason], 'billiard.exceptions', traceback);
}

export function notRegistered(task: string): Failure {
  return failureOf('NotRegistered', [task]);
}

/** `reason` is Celery's: `revoked`, `terminated` or `expired`. */
export function taskRevoked(reason: string): Failure {
  return failureOf('TaskRevokedError', [reason]);
}

/** Of an error of the operating system Python's class, such as FileNotFoundError; of any other its name. */
function classNameOf({ name, message, error }: ThrownValue): string {
  if (error instanceof RangeError && message === 'Maximum call stack size exceeded') return 'RecursionError';
  // An error that was given another name keeps it: its class says more.
  return (name === 'Error' || name === 'TypeError' ? systemErrorClasses(error)[0] : undefined) ?? name;
}

/** The arguments from which Python constructs the exception: the error's `args` if it has a list of them, else its message. */
function argsJsonOf({ args, message, error }: ThrownValue): string {
  const all = args ?? (message === '' ? [] : [withCause(message, error)]);
  try {
    return stringifyPythonJson(all);
  } catch {
    return stringifyPythonJson(all.map(textOf)); // As in Celery, arguments that cannot be serialised are stored as strings.
  }
}

/** `fetch failed` says nothing without its cause. */
function withCause(message: string, error: Error | undefined): string {
  if (message !== 'fetch failed' || !error) return message;
  const cause = causeOf(error);
  return cause
    ? `${message}: ${readThrown(cause instanceof AggregateError ? cause.errors[0] : cause).message}`
    : message;
}
