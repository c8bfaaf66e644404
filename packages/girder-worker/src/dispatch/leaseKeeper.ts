import { repeatedly } from './repeatedly.ts';
import { title } from './report.ts';
import type { DispatcherDeps, LeaseOptions, TaskRun } from './stations.ts';

/** For how long a message is hidden whose task is claimed: a little longer, so that it comes back to a task that is free. */
export function visibilityTimeoutSeconds({ leaseMs }: LeaseOptions): number {
  return Math.ceil(leaseMs / 1000) + 1;
}

/**
 * Renews a running task's claim, and hides its message again, until the function is called that this gives; it resolves
 * when no renewal is under way that could hide a message which is being returned. `onLost` is called at every renewal that
 * finds the claim gone: the task's outcome will be refused.
 */
export function createLeaseKeeper({ store, transport, log, clock, renewal }: DispatcherDeps) {
  return ({ delivery, message, claim, acknowledgement }: TaskRun, onLost: () => void): (() => Promise<void>) => {
    if (!renewal) return async () => undefined;
    let isFailing = false; // Told once, and not every few seconds for hours.
    return repeatedly(renewal.periodMs, async () => {
      try {
        const answer = await store.renew(claim, clock() + renewal.leaseMs);
        if (answer.kind !== 'stored') {
          log.warn(`Task ${title(message)} is to stop: its claim is gone (${answer.kind})`);
          return onLost();
        }
        if (!acknowledgement.isMade)
          await transport.changeVisibility(delivery.receipt, visibilityTimeoutSeconds(renewal));
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn(`The claim of ${title(message)} cannot be renewed, will try again: ${error}`);
        isFailing = true;
      }
    });
  };
}
