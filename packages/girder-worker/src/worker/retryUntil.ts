import { isTransient } from '../aws/serviceError.ts';
import { rested } from '../dispatch/repeatedly.ts';

const firstRestSeconds = 1;
const longestRestSeconds = 32;

export interface RetryUntilOptions {
  /** Whether it may work out later; anything else is thrown. */
  readonly isTransient: (error: unknown) => boolean;
  readonly onFault: (error: unknown, restSeconds: number) => void;
  /** Gives up when this is aborted. */
  readonly signal: AbortSignal;
}

/** Does something until it succeeds, with rests that double; undefined if it was given up before. */
export async function retryUntil<T>(act: () => Promise<T>, options: RetryUntilOptions): Promise<T | undefined> {
  const { isTransient: isPassing, onFault, signal } = options;
  for (
    let restSeconds = firstRestSeconds;
    !signal.aborted;
    restSeconds = Math.min(2 * restSeconds, longestRestSeconds)
  ) {
    try {
      return await act();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (signal.aborted) return undefined;
      onFault(error, restSeconds);
      await rested(restSeconds * 1000, signal);
    }
  }
  return undefined;
}

/**
 * Whether an error is the network's or AWS's, and passes: nothing answered, or what answered was busy or broken. What is
 * wrong with a name, or with a right, does not pass.
 */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isTransient(error)) return true;
  const { code, $metadata, $retryable } = error as Partial<SystemAndSdkError>;
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return true;
  if (['TimeoutError', 'AbortError'].includes(error.name)) return true;
  return $retryable !== undefined || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** What Node's network errors, and those of the AWS SDK, have beside a message. */
interface SystemAndSdkError {
  readonly code: unknown;
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $retryable: unknown;
}

/** The error in a line, also where Node gives one for each address that it tried, and no text of its own. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || String((error as Partial<SystemAndSdkError>).code ?? error.name);
}
