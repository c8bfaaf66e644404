import { exponentialBackoff, jittered } from '../system/backoff.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { Outage } from '../system/outage.ts';
import type { System } from '../system/system.ts';

/** In ms. Each delay is a random part of these, at least half, so that workers do not try in step. The longest is how late a worker finds that all is well. */
const backoff = { first: 1000, max: 10_000 };

export interface RetryUntilOptions {
  /** Whether the error may pass; any other error is thrown. */
  readonly isTransient: (error: unknown) => boolean;
  /** Logs the failed attempts. */
  readonly outage: Pick<Outage, 'failed' | 'succeeded'>;
  /** Aborted to give up. */
  readonly signal: AbortSignal;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'sleep' | 'random'>;
}

/** Retries until `act` succeeds, with random delays of up to 1, 2, 4, … 10 s. Returns undefined if the signal is aborted before. */
export async function retryUntil<T>(act: () => Promise<T>, options: RetryUntilOptions): Promise<T | undefined> {
  const { isTransient, outage, signal, system = nodeSystem } = options;
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const value = await act();
      outage.succeeded();
      return value;
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (signal.aborted) return undefined;
      outage.failed(error);
      await system.sleep(jittered(exponentialBackoff(attempt, backoff), system), signal);
    }
  }
  return undefined;
}
