import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does something again and again, each time so long after the last has ended. The function that this gives ends it, and
 * resolves when nothing of it is under way any more. `act` is not to reject.
 */
export function repeatedly(periodMs: number, act: () => Promise<void>): () => Promise<void> {
  const stopping = new AbortController();
  const loop = (async () => {
    while (await rested(periodMs, stopping.signal)) await act();
  })();
  return () => {
    stopping.abort();
    return loop;
  };
}

/** Resolves to true after this time, or at once to false when the signal is aborted. */
export async function rested(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    return await delay(ms, true, { signal });
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
