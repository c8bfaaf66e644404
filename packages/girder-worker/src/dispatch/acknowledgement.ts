import type { Ending } from '../execution/pool.ts';
import { failureOf } from '../outcome/failure.ts';
import { lookUp } from '../registry/registry.ts';
import type { DispatcherDeps, TaskRun } from './stations.ts';

/** Whether a task is run at most once (`acksLate: false`). */
export function isAtMostOnce({ registry }: Pick<DispatcherDeps, 'registry'>, task: string): boolean {
  return lookUp(registry, task)?.options.acksLate === false;
}

/** Deletes the message of a task that is about to run, and is run at most once. */
export function createEarlyAcknowledgement({ store, transport }: DispatcherDeps) {
  return async ({ delivery, claim, acknowledgement }: TaskRun): Promise<void> => {
    try {
      await transport.acknowledge(delivery.receipt);
    } catch (error) {
      await store.release(claim, claim.epoch); // The task has not begun: the message's next delivery may.
      throw error;
    }
    acknowledgement.isMade = true;
  };
}

/** What a run came to, without the ways of ending that bring its message back, if that has left its queue. */
export function withoutReturn({ acknowledgement }: TaskRun, ending: Ending): Ending {
  const { outcome } = ending;
  if (!acknowledgement.isMade) return ending;
  if (outcome.state === 'REJECTED') return { ...ending, outcome: { ...outcome, requeue: false } };
  if (outcome.state !== 'RETURNED') return ending;
  const failure = failureOf('WorkerLostError', [outcome.why], 'billiard.exceptions');
  return { ...ending, outcome: { state: 'FAILURE', failure } };
}
