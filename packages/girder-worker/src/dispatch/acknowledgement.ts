import type { Ending } from '../execution/pool.ts';
import { failureOf } from '../outcome/failure.ts';
import { lookUp } from '../registry/registry.ts';
import type { Passenger, Stations } from './stations.ts';

/** Whether a message has left its queue before its task ran: nothing returns it then. */
export interface Acknowledgement {
  isMade: boolean;
}

/** Whether a task is run at most once (`acksLate: false`). */
export function isAtMostOnce({ registry }: Pick<Stations, 'registry'>, task: string): boolean {
  return lookUp(registry, task)?.options.acksLate === false;
}

/** Deletes the message of a task that is about to run, and is run at most once. */
export function createEarlyAcknowledgement({ store, transport }: Stations) {
  return async ({ delivery, claim, acknowledgement }: Passenger): Promise<void> => {
    try {
      await transport.acknowledge(delivery.receipt);
    } catch (error) {
      await store.replaced(claim, claim.epoch); // The task has not begun: the message's next delivery may.
      throw error;
    }
    acknowledgement.isMade = true;
  };
}

/** What a run came to, without the ways of ending that bring its message back, if that has left its queue. */
export function withoutReturn({ acknowledgement }: Passenger, ending: Ending): Ending {
  const { outcome } = ending;
  if (!acknowledgement.isMade) return ending;
  if (outcome.state === 'REJECTED') return { ...ending, outcome: { ...outcome, requeue: false } };
  if (outcome.state !== 'RETURNED') return ending;
  const failure = failureOf('WorkerLostError', [outcome.why], 'billiard.exceptions');
  return { ...ending, outcome: { state: 'FAILURE', failure } };
}
