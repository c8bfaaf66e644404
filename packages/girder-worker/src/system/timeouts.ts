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
