import { createOutage } from '../system/outage.ts';
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
  const outage = createOutage({
    what: `The claim of ${run.title} cannot be renewed`,
    ended: `The claim of ${run.title} is renewed again`,
    ...{ log, system },
  });

  return repeat(system, lease.periodMs, async () => {
    try {
      const answer = await store.renew(claim, system.now() + lease.leaseMs);
      if (answer.kind !== 'ok') {
        log.warn(`Task ${run.title} must stop: its claim is gone (${answer.kind})`, run.logFields);
        return onLost();
      }
      if (!run.isAcknowledged) await transport.changeVisibility(delivery.receipt, visibilityTimeoutSeconds(lease));
      outage.succeeded();
    } catch (error) {
      outage.failed(error);
    }
  });
}
