import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** @default 20 000 */
  readonly timeoutMs?: number;
  /** @default 50 */
  readonly intervalMs?: number;
}

/**
 * Polls until the answer is not undefined, and resolves to it. Rejects after the timeout with an Error with the complaint,
 * which is asked for only then.
 */
export async function waitFor<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  complaint: () => Promise<string> | string,
  { timeoutMs = 20_000, intervalMs = 50 }: WaitOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`After ${timeoutMs} ms: ${await complaint()}`);
    await delay(intervalMs);
  }
}
