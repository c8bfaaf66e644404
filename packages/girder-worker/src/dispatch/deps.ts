import type { Log } from '../events/log.ts';
import type { TaskEventEmitter } from '../events/taskEventEmitter.ts';
import type { Pool } from '../execution/pool.ts';
import type { Message } from '../message/message.ts';
import type { Registry } from '../registry/registry.ts';
import type { RevocationPoller } from '../revocation/revocationPoller.ts';
import type { Claim, ResultStore } from '../store/resultStore.ts';
import type { System } from '../system/system.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import type { Transport } from '../transport/transport.ts';
import type { DeliveryFaults } from './deliveryFaults.ts';
import type { Isolation } from './isolation.ts';
import type { SharedTime } from './sharedTime.ts';

/** What the steps of the dispatcher need; `createDispatcher` completes it from its options. */
export interface DispatcherDeps {
  readonly registry: Registry;
  /** Runs tasks on worker threads. */
  readonly pool: Pick<Pool, 'run'>;
  /** Runs the tasks with `pool: 'solo'`, in the thread of the dispatcher. */
  readonly solo: Pick<Pool, 'run'>;
  readonly store: ResultStore;
  readonly transport: Transport;
  readonly log: Log;
  readonly events: TaskEventEmitter;
  readonly revocations: RevocationPoller;
  /** Stored with STARTED results. */
  readonly worker: Claim['worker'];
  readonly system: System;
  readonly sharedTime: SharedTime;
  readonly isolation: Isolation;
  readonly faults: DeliveryFaults;
  /** The attempts of a task, each ended by the death of its worker, after which it fails with WorkerLostError. */
  readonly maxDeliveries: number;
  /** Short claims that are renewed, for a worker without a deadline. Undefined: a claim outlasts its invocation. */
  readonly lease: LeaseOptions | undefined;
  /** Answers what tasks ask of the main thread, by the name of the request. */
  readonly taskRequests: Readonly<Record<string, TaskRequestHandler>>;
  /** Prepares the messages of continuations. Undefined: they are published as they are. */
  readonly beforePublish: BeforeContinuations | undefined;
  /** The custom headers of the message that retries a task. Undefined: it keeps those that it has. */
  readonly retryHeaders: RetryHeaders | undefined;
}

/** Returns custom headers that replace those of the same names; undefined for none. */
export type RetryHeaders = (message: Message) => Readonly<Record<string, string>> | undefined;

/** Answers a request of a running task; a rejection is thrown in the task. */
export type TaskRequestHandler = (
  run: { readonly claim: Claim; readonly message: Message },
  payload: unknown,
) => Promise<unknown>;

/**
 * Prepares the messages of continuations before they are published, within `limitMs`. `parent` is the message of the task that
 * they follow.
 */
export type BeforeContinuations = <M extends UnpublishedMessage>(
  messages: readonly M[],
  parent: Message,
  limitMs: number,
) => Promise<readonly M[]>;

/** How a worker claims that may run a task for hours, and may be killed at any time. */
export interface LeaseOptions {
  /** How long a claim lasts without a renewal: this long after its worker's death, another worker can run the task. */
  readonly leaseMs: number;
  /** Between two renewals; a fraction of `leaseMs`, so that one renewal may fail. */
  readonly periodMs: number;
}

/**
 * The visibility timeout of a message whose task is claimed: a little longer than the claim, so that SQS delivers the
 * message again when the claim has ended.
 */
export function visibilityTimeoutSeconds({ leaseMs }: Pick<LeaseOptions, 'leaseMs'>): number {
  return Math.ceil(leaseMs / 1000) + 1;
}

/** The time of an invocation, in ms since 1970. */
export interface InvocationWindow {
  readonly startMs: number;
  /** When Lambda stops the function; Infinity for a worker without a deadline. */
  readonly endMs: number;
}

/** What the dispatcher does with a record: it acknowledges it, or lets SQS deliver it again. */
export type Disposition = 'acknowledge' | { readonly retryInSeconds: number };
