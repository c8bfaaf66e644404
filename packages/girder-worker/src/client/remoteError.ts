import { pythonRepr } from '../kombu/repr/pythonRepr.ts';
import { ownValue } from '../kombu/values.ts';
import type { StoredResult } from '../store/resultStore.ts';
import {
  NotRegistered,
  SoftTimeLimitExceeded,
  TaskRevokedError,
  TimeLimitExceeded,
  WorkerLostError,
} from '../task/errors.ts';

/** The error classes of this library. A client can test for them with `instanceof`. */
const classes: Readonly<Record<string, new (message: string) => Error>> = {
  TaskRevokedError,
  NotRegistered,
  SoftTimeLimitExceeded,
  TimeLimitExceeded,
  WorkerLostError,
};

/**
 * The error that a task threw, as an Error to throw in the client. Its `name` is the name of the exception class, its
 * `message` the arguments of the exception, its `stack` the remote traceback.
 */
export function toError({ state, exception, traceback }: StoredResult): Error {
  const type = exception?.type ?? (state === 'REVOKED' ? 'TaskRevokedError' : 'Error');
  const message = exception?.args.map(argumentText).join(', ') ?? '';
  const known = ownValue(classes, type);
  const error = known ? new known(message) : Object.assign(new Error(message), { name: type });
  if (traceback) error.stack = `${type}: ${message}\n${traceback}`;
  return error;
}

/** An argument of an exception in its message. Objects such as dates and dicts have Python's form, as in its tracebacks. */
function argumentText(argument: unknown): string {
  return typeof argument === 'object' && argument !== null ? pythonRepr(argument) : String(argument);
}
