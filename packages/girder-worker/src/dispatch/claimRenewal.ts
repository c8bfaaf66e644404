import { repeat } from '../system/repeat.ts';
import { type DispatcherDeps, visibilityTimeoutSeconds } from './deps.ts';
import type { TaskRun } from './taskRun.ts';

/**
 * Renews the claim of a running task, and the visibility timeout of its message, if the worker uses leases. `onLost` is
 * called at each renewal that finds the claim gone: the store will refuse the outcome of the task.
 *
 * Returns the function that stops it, whose promise resolves when no renewal is under way: a renewal must not hide a
 * message that is being returned.
 */
export function startClaimRenewal(deps: DispatcherDeps, run: TaskRun, onLost: () => void): () => Promise<void> {
  const { store, transport, log, system, lease } = deps;
  const { delivery, claim } = run;
  if (!lease) return async () => undefined;
  let isFailing = false; // A fault is logged when it begins, not every few seconds for hours.

  return repeat(system, lease.periodMs, async () => {
    try {
      const answer = await store.renew(claim, system.now() + lease.leaseMs);
      if (answer.kind !== 'ok') {
        log.warn(`Task ${run.title} must stop: its claim is gone (${answer.kind})`);
        return onLost();
      }
      if (!run.isAcknowledged) await transport.changeVisibility(delivery.receipt, visibilityTimeoutSeconds(lease));
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn(`The claim of ${run.title} cannot be renewed, retrying: ${error}`);
      isFailing = true;
    }
  });
}
