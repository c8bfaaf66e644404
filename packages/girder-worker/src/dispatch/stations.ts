import type { Log } from '../events/log.ts';
import type { Pool } from '../execution/pool.ts';
import type { Message } from '../message/message.ts';
import type { Registry } from '../registry/registry.ts';
import type { Claim, Clock, ResultStore } from '../store/resultStore.ts';
import type { Transport } from '../transport/transport.ts';
import type { Delivery } from './delivery.ts';

/** Whether a message has left its queue before its task ran: nothing returns it then. */
export interface Acknowledgement {
  isMade: boolean;
}

/** How claims are held by a worker that may run a task for hours, and may be killed at any time. */
export interface LeaseOptions {
  /** For how long a claim lasts by itself: so long after its worker's death, a task can be run by another. */
  readonly leaseMs: number;
  /** Between two renewals: a part of `leaseMs`, so that one may fail. */
  readonly periodMs: number;
}

/** The stations that a message passes, and what they all need; a composition root puts them together. */
export interface DispatcherDeps {
  readonly registry: Registry;
  /** Runs tasks on threads. */
  readonly pool: Pick<Pool, 'run'>;
  /** Runs those that say `pool: 'solo'`, in the thread of the dispatcher. */
  readonly solo: Pick<Pool, 'run'>;
  readonly store: ResultStore;
  readonly transport: Transport;
  readonly log: Log;
  readonly worker: Claim['worker'];
  readonly clock: Clock;
  /** Claims of a task that may end without an outcome before it is given up. */
  readonly maxDeliveries: number;
  /** Between two looks for revocations. */
  readonly revocationPeriodMs: number;
  /** For a worker without a deadline: its claims are short, and renewed. @default none: claims outlast the invocation */
  readonly renewal: LeaseOptions | undefined;
}

/** By what a delivery claims its task. */
export type Lease = Pick<Claim, 'owner' | 'leaseEndMs'>;

/** The time that an invocation has, in ms since 1970. */
export interface InvocationWindow {
  readonly startMs: number;
  /** When the function is stopped, whatever it does; Infinity for a worker that nobody stops. */
  readonly endMs: number;
}

/** A message on its way: where it came from, what it says, and by what its task is claimed. */
export interface TaskRun {
  readonly delivery: Delivery;
  readonly message: Message;
  readonly claim: Claim;
  readonly acknowledgement: Acknowledgement;
  readonly window: InvocationWindow;
}

/** What becomes of a record: it is settled and may be deleted, or it is to be seen again. */
export type Disposition = 'settled' | { readonly returnInSeconds: number };

const firstRestSeconds = 2;
const longestRestSeconds = 900;

/** How long a message rests that comes back for no fault of its task: twice as long each time. */
export function restSeconds(receiveCount: number): number {
  return Math.min(firstRestSeconds * 2 ** (receiveCount - 1), longestRestSeconds);
}
