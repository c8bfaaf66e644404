import { pythonRepr } from '../kombu/repr/pythonRepr.ts';
import {
  MaxRetriesExceededError,
  NotRegistered,
  SoftTimeLimitExceeded,
  TaskError,
  TaskRevokedError,
  TimeLimitExceeded,
  WorkerLostError,
} from '../task/errors.ts';

/** The errors with a class of their own, for tests with `instanceof`. */
const classes = new Map<string, new (message: string) => TaskError>(
  Object.entries({
    TaskRevokedError,
    NotRegistered,
    SoftTimeLimitExceeded,
    TimeLimitExceeded,
    WorkerLostError,
    MaxRetriesExceededError,
  }),
);

/** An exception as it is stored, or passed to an errback. */
export interface RemoteException {
  readonly type: string;
  readonly module: string | null;
  readonly args: readonly unknown[];
}

/** The exception as an Error. Its stack is its name, its message and the remote traceback: it was thrown in another process. */
export function toTaskError({ type, module, args }: RemoteException, traceback: string | null): TaskError {
  const message = args.map(argumentText).join(', ');
  const known = classes.get(type);
  const error = known ? new known(message) : new TaskError(message);
  const title = message === '' ? type : `${type}: ${message}`;
  const stack = traceback === null ? title : `${title}\n${traceback}`;
  // Without it, Node puts a stack without JavaScript's frames into brackets.
  const show = () => stack;
  const parts = { name: type, args, module, stack, [Symbol.for('nodejs.util.inspect.custom')]: show };
  for (const key of Reflect.ownKeys(parts)) {
    const value = parts[key as keyof typeof parts];
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
  }
  return error;
}

/** An argument of an exception in its message. Objects such as dates and dicts have Python's form, as in its tracebacks. */
function argumentText(argument: unknown): string {
  return typeof argument === 'object' && argument !== null ? pythonRepr(argument) : String(argument);
}
