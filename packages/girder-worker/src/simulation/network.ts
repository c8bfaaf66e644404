import { exponentialBackoff } from '../system/backoff.ts';
import type { Process } from './process.ts';
import { failure } from './simulatedTable.ts';

/** How often each fault happens: a probability per request, or per delivery for `duplicate`. */
export interface Faults {
  /** The service does not answer, is busy or throttles: nothing was changed. */
  readonly error: number;
  /** The service has made the change, and its answer does not arrive. */
  readonly lostAnswer: number;
  /** The process dies, before or after the change. */
  readonly death: number;
  /** SQS delivers a message a second time, while or after it is processed. */
  readonly duplicate: number;
  /** A read that is not consistent is stale. */
  readonly staleRead: number;
}

export const faultNames = ['error', 'lostAnswer', 'death', 'duplicate', 'staleRead'] as const;

/** How often faults happened. */
export type FaultCounts = Record<keyof Faults, number>;

export interface NetworkOptions {
  readonly faults: Faults;
  readonly counts: FaultCounts;
}

/** Attempts of the AWS SDK, and its delays. */
const maxAttempts = 5;
const retryDelayMs = { first: 100, max: 2000 };
const maxLatencyMs = 20;

/** Makes a request of a process to a service, as a client of the AWS SDK does. `apply` makes the change, and returns the answer. */
export type Request = <Answer>(apply: () => Answer | Promise<Answer>) => Promise<Answer>;

/** Returns the function by which a process makes requests. */
export function createNetwork(process: Process, { faults, counts }: NetworkOptions): Request {
  const { system } = process;
  const latency = () => system.sleep(1 + system.random() * maxLatencyMs);

  return async (apply) => {
    for (let attempt = 1; ; attempt++) {
      await latency();
      const dice = system.random();
      const { death, error, lostAnswer } = faults;
      const isLastBreath = dice < death;
      if (isLastBreath && dice < death / 2) return dieNow();
      const isError = dice >= death && dice < death + error;
      const isLost = dice >= death + error && dice < death + error + lostAnswer;
      if (!isError) {
        const answer = await apply();
        await latency();
        if (isLastBreath) return dieNow();
        if (!isLost) return answer;
      }
      counts[isError ? 'error' : 'lostAnswer'] += 1;
      if (attempt === maxAttempts) throw failure('InternalServerError', 'The service does not answer.', 500);
      await system.sleep(system.random() * exponentialBackoff(attempt, retryDelayMs));
    }
  };

  function dieNow(): Promise<never> {
    counts.death += 1;
    process.die();
    return new Promise(() => undefined);
  }
}
