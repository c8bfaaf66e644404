import { pythonRepr } from '../kombu/repr/pythonRepr.ts';
import type { StoredResult } from '../store/resultStore.ts';
import {
  NotRegistered,
  SoftTimeLimitExceeded,
  TaskRevokedError,
  TimeLimitExceeded,
  WorkerLostError,
} from '../task/errors.ts';

/** Errors of ours, which a client can tell apart with `instanceof`. */
const classes: Readonly<Record<string, new (message: string) => Error>> = {
  TaskRevokedError,
  NotRegistered,
  SoftTimeLimitExceeded,
  TimeLimitExceeded,
  WorkerLostError,
};

/** What a task threw elsewhere, as an error to throw here: its name is the class's, its stack the remote traceback. */
export function toError({ state, exception, traceback }: StoredResult): Error {
  const type = exception?.type ?? (state === 'REVOKED' ? 'TaskRevokedError' : 'Error');
  const message = exception?.args.map(textOf).join(', ') ?? '';
  const known = Object.hasOwn(classes, type) ? classes[type] : undefined;
  const error = known ? new known(message) : Object.assign(new Error(message), { name: type });
  if (traceback) error.stack = `${type}: ${message}\n${traceback}`;
  return error;
}

/** An argument in a message; dates and dicts in Python's words, as its tracebacks have them. */
function textOf(argument: unknown): string {
  return typeof argument === 'object' && argument !== null ? pythonRepr(argument) : String(argument);
}
