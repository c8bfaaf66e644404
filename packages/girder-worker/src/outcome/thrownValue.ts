import { inspect } from 'node:util';

/** What a thrown value says of itself. */
export interface ThrownValue {
  readonly name: string;
  readonly message: string;
  /** Empty if it has none. */
  readonly stack: string;
  /** The arguments that its class declares; undefined if it has none. */
  readonly args: readonly unknown[] | undefined;
  /** The error itself, for its cause and its class; undefined if the value is no Error, or cannot be read. */
  readonly error: Error | undefined;
}

/** The longest name that is kept, in characters. */
const maxNameLength = 200;

/**
 * Reads a thrown value. Never throws: a task can throw any value, also a proxy that was revoked or an error whose getters
 * throw.
 */
export function readThrown(thrown: unknown): ThrownValue {
  const error = attempt(() => (thrown instanceof Error ? thrown : undefined), undefined);
  if (!error) {
    const message = `${textOf(thrown)} (thrown, but not an Error)`;
    return { name: 'Error', message, stack: attempt(() => new Error(message).stack ?? '', ''), args: undefined, error };
  }
  const args = attempt(() => (error as { readonly args?: unknown }).args, undefined);
  return {
    name: attempt(() => pythonName(error.name), 'Error'),
    message: attempt(
      () => (typeof error.message === 'string' ? error.message : textOf(error.message)),
      '(its message cannot be read)',
    ),
    stack: attempt(() => (typeof error.stack === 'string' ? error.stack : ''), ''),
    args: attempt(() => (Array.isArray(args) ? [...args] : undefined), undefined),
    error,
  };
}

/** The cause of an error; undefined if it has none or it cannot be read. */
export function causeOf(error: Error): Error | undefined {
  return attempt(() => (error.cause instanceof Error && error.cause !== error ? error.cause : undefined), undefined);
}

/**
 * The name of a class in Python: letters, digits and underscores. Of a dotted name, such as that of an AWS service's error,
 * it is the last part; other characters become underscores.
 */
function pythonName(name: unknown): string {
  if (typeof name !== 'string') return 'Error';
  const last = /[^.]*$/u.exec(name.slice(-maxNameLength).trim())?.[0] ?? '';
  const text = last.replaceAll(/[^\p{L}\p{N}_]+/gu, '_').replace(/^(?=\p{N})/u, '_');
  return /[\p{L}\p{N}]/u.test(text) ? text : 'Error';
}

/** A value as text; what cannot be shown is named. */
export function textOf(value: unknown): string {
  return attempt(
    () =>
      typeof value === 'object' && value !== null
        ? inspect(value, { breakLength: Number.POSITIVE_INFINITY })
        : String(value),
    '(a value that cannot be shown)',
  );
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
