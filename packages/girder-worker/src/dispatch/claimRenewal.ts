import { createOutage } from '../system/outage.ts';
import { repeat } from '../system/repeat.ts';
import { type DispatcherDeps, visibilityTimeoutSeconds } from './deps.ts';
import type { TaskRun } from './taskRun.ts';

/** The renewal of a claim. */
export interface ClaimRenewal {
  /** `listener` is called at each renewal that finds the claim gone: the store will refuse the outcome of the task. */
  onLost(listener: () => void): void;
  /** The task has ended, and its outcome is being stored: a claim that is gone from now on is no loss. */
  ending(): void;
  /** Resolves when no renewal is under way: a renewal must not hide a message that is being returned. */
  stop(): Promise<void>;
}

/**
 * Renews the claim of a task, and the visibility timeout of its message, if the worker uses leases: from its claim until its outcome
 * is stored.
 */
export function startClaimRenewal(deps: DispatcherDeps, run: TaskRun): ClaimRenewal {
  const { store, transport, log, system, lease, faults } = deps;
  const { delivery, claim } = run;
  if (!lease) return { onLost: () => undefined, ending: () => undefined, stop: async () => undefined };
  const outage = createOutage({
    what: `The claim of ${run.title} cannot be renewed`,
    ended: `The claim of ${run.title} is renewed again`,
    ...{ log, system },
  });
  let lost: () => void = () => undefined;
  let isEnding = false;
  let isFailing = false;

  const stop = repeat(system, lease.periodMs, async () => {
    try {
      const answer = await store.renew(claim, system.now() + lease.leaseMs);
      if (answer.kind !== 'ok') {
        if (isEnding) return;
        log.warn(`Task ${run.title} must stop: its claim is gone (${answer.kind})`, run.logFields);
        return lost();
      }
      if (!run.isAcknowledged)
        await transport.changeVisibility(delivery.inbox ?? delivery.receipt, visibilityTimeoutSeconds(lease));
      if (isFailing) faults.succeeded(delivery);
      isFailing = false;
      outage.succeeded();
    } catch (error) {
      isFailing = faults.failed(delivery, `The claim of ${run.title} cannot be renewed`, error);
      if (!isFailing) outage.failed(error);
    }
  });
  return {
    onLost(listener) {
      lost = listener;
    },
    ending() {
      isEnding = true;
    },
    stop,
  };
}

/**
 * Keeps the message of a delivery hidden that waits for its turn in a worker with leases: other workers would receive it in vain, until
 * SQS takes it for one that cannot be processed. Returns the function that ends that.
 */
export function keepHidden(deps: DispatcherDeps, { title, delivery }: TaskRun): () => Promise<void> {
  const { transport, log, system, lease } = deps;
  if (!lease) return async () => undefined;
  const outage = createOutage({
    what: `The message of ${title} cannot be kept hidden`,
    ended: `The message of ${title} is kept hidden again`,
    ...{ log, system },
  });
  return repeat(system, lease.periodMs, () =>
    transport.changeVisibility(delivery.receipt, visibilityTimeoutSeconds(lease)).then(outage.succeeded, outage.failed),
  );
}
