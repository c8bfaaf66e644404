import { repeatedly } from './repeatedly.ts';
import { title } from './report.ts';
import type { Passenger, Stations } from './stations.ts';

/** How claims are held by a worker that may run a task for hours, and may be killed at any time. */
export interface Renewal {
  /** For how long a claim lasts by itself: so long after its worker's death, a task can be run by another. */
  readonly leaseMs: number;
  /** Between two renewals: a part of `leaseMs`, so that one may fail. */
  readonly periodMs: number;
}

/** For how long a message is hidden whose task is claimed: a little longer, so that it comes back to a task that is free. */
export function hiddenSeconds({ leaseMs }: Renewal): number {
  return Math.ceil(leaseMs / 1000) + 1;
}

/**
 * Renews a running task's claim, and hides its message again, until the function is called that this gives; it resolves
 * when no renewal is under way that could hide a message which is being returned. `onLost` is called at every renewal that
 * finds the claim gone: the task's outcome will be refused.
 */
export function createLeaseKeeper({ store, transport, log, clock, renewal }: Stations) {
  return ({ delivery, message, claim, acknowledgement }: Passenger, onLost: () => void): (() => Promise<void>) => {
    if (!renewal) return async () => undefined;
    let isFailing = false; // Told once, and not every few seconds for hours.
    return repeatedly(renewal.periodMs, async () => {
      try {
        const answer = await store.renew(claim, clock() + renewal.leaseMs);
        if (answer.kind !== 'stored') {
          log.warn(`Task ${title(message)} is to stop: its claim is gone (${answer.kind})`);
          return onLost();
        }
        if (!acknowledgement.isMade) await transport.changeVisibility(delivery.receipt, hiddenSeconds(renewal));
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn(`The claim of ${title(message)} cannot be renewed, will try again: ${error}`);
        isFailing = true;
      }
    });
  };
}
