import type { System } from './system.ts';

/** A signal that is aborted after `ms`, with a TimeoutError as `AbortSignal.timeout` gives it. Keeps no process alive. */
export function timeoutSignal(system: Pick<System, 'startTimer'>, ms: number): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  system.startTimer(abort, ms, { keepAlive: false });
  return controller.signal;
}

/** The outcome of `promise`, or a rejection with `timeoutError()` if it is not settled after `ms`. */
export async function withTimeout<T>(
  system: Pick<System, 'startTimer'>,
  ms: number,
  promise: Promise<T>,
  timeoutError: () => Error,
): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const cancel = system.startTimer(() => reject(timeoutError()), ms);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    cancel();
  }
}

/** Resolves to true when the promise does, and to false if that takes longer than `ms`. Rejects as the promise does. */
export async function resolvesWithin(
  system: Pick<System, 'startTimer'>,
  ms: number,
  promise: Promise<unknown>,
): Promise<boolean> {
  const { promise: timeout, resolve } = Promise.withResolvers<false>();
  const cancel = system.startTimer(() => resolve(false), ms);
  try {
    return await Promise.race([promise.then(() => true as const), timeout]);
  } finally {
    cancel();
  }
}
