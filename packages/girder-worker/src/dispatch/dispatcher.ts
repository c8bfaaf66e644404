import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Pool } from '../execution/pool.ts';
import { decode } from '../message/decode.ts';
import { DecodeError } from '../message/errors.ts';
import type { Message } from '../message/message.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import type { Claim, Clock, Refusal, ResultStore } from '../store/resultStore.ts';
import type { Transport } from '../transport/transport.ts';
import { type Delivery, toDelivery } from './delivery.ts';
import type { Log } from './log.ts';
import { reportEnded, reportReceived, title } from './report.ts';
import { createRevocationWatch } from './revocationWatch.ts';

/** The stations, in the order in which a message passes them, and what they all need. */
export interface Stations {
  readonly registry: Registry;
  readonly pool: Pick<Pool, 'run'>;
  readonly store: ResultStore;
  readonly transport: Pick<Transport, 'deadLetter' | 'changeVisibility'>;
  readonly log: Log;
  readonly worker: Claim['worker'];
  readonly clock?: Clock;
  /** Claims of a task that may end without an outcome before it is given up. @default 5 */
  readonly maxDeliveries?: number;
  /** @default 250 */
  readonly revocationPeriodMs?: number;
}

/** What Lambda says of one invocation. */
export interface Invocation {
  readonly requestId: string;
  /** When Lambda will stop the function, in ms since 1970. */
  readonly deadlineMs: number;
}

export type Dispatcher = (event: SQSEvent, invocation: Invocation) => Promise<SQSBatchResponse>;

/** What becomes of a record: it is settled and may be deleted, or it is to be seen again. */
type Settlement = 'settled' | { readonly returnInSeconds: number };

/** Added to the deadline: code cannot outlive it, so that when a lease has ended its task is not running any more. */
const leaseMarginMs = 5000;

/** How long a message rests after something failed that was not the task's fault; doubled with each delivery. */
const firstRestSeconds = 2;
const longestRestSeconds = 900;

/** Takes SQS batches through the stations. A record is acknowledged only when its outcome is settled. */
export function createDispatcher(stations: Stations): Dispatcher {
  const { registry, pool, store, transport, log, worker, clock = Date.now, maxDeliveries = 5 } = stations;
  const revocations = createRevocationWatch({ store, log, ...periodOf(stations) });

  return async (event, invocation) => {
    const deliveries = event.Records.map(toDelivery);
    const settlements = await Promise.all(deliveries.map((delivery, index) => settle(delivery, index, invocation)));
    const returned = deliveries.filter((_, index) => settlements[index] !== 'settled');
    return { batchItemFailures: returned.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  async function settle(delivery: Delivery, index: number, invocation: Invocation): Promise<Settlement> {
    try {
      const settlement = await passStations(delivery, {
        owner: `${invocation.requestId}:${index}`,
        leaseEndMs: invocation.deadlineMs + leaseMarginMs,
      });
      if (settlement !== 'settled') await transport.changeVisibility(delivery.receipt, settlement.returnInSeconds);
      return settlement;
    } catch (error) {
      const returnInSeconds = Math.min(firstRestSeconds * 2 ** (delivery.receiveCount - 1), longestRestSeconds);
      log.error(
        `Message ${delivery.messageId} goes back to the queue: ${error instanceof Error ? error.stack : String(error)}`,
      );
      await transport.changeVisibility(delivery.receipt, returnInSeconds).catch((failure: unknown) => {
        log.warn(`Message ${delivery.messageId} comes back only after the queue's visibility timeout: ${failure}`);
      });
      return { returnInSeconds };
    }
  }

  async function passStations(delivery: Delivery, lease: Pick<Claim, 'owner' | 'leaseEndMs'>): Promise<Settlement> {
    const message = await decode(delivery.body).catch((error: unknown) => {
      if (error instanceof DecodeError) return error;
      throw error;
    });
    if (message instanceof DecodeError) return bury(delivery, message, lease);
    reportReceived(log, message);

    const claim = { id: message.id, epoch: message.retries, ignoreResult: ignoresResult(message), worker, ...lease };
    const answer = await store.claim(claim);
    if (answer.kind !== 'claimed') return refused(message, answer);

    const startedMs = clock();
    const outcome = await run(delivery, message, answer);
    const stored = await store.complete(claim, outcome, message);
    if (stored.kind !== 'stored') return refused(message, stored);

    reportEnded(log, message, outcome, clock() - startedMs);
    return 'settled';
  }

  async function run(
    delivery: Delivery,
    message: Message,
    { attempt, revoked }: { attempt: number; revoked: boolean },
  ): Promise<Outcome> {
    if (revoked) return { state: 'REVOKED', reason: 'revoked' };
    if (!lookUp(registry, message.task))
      return { state: 'FAILURE', failure: failureOf('NotRegistered', [message.task]) };
    if (attempt > maxDeliveries) return givenUp(attempt - 1);

    const { outcome, cancel } = pool.run(delivery.body, (level, text) => log[level](`${title(message)}: ${text}`));
    const unwatch = revocations.watch(message.id, cancel);
    try {
      return await outcome;
    } finally {
      unwatch();
    }
  }

  /** A task that cannot be claimed: what is stored stands, or somebody else is at it. */
  function refused(message: Message, refusal: Refusal): Settlement {
    switch (refusal.kind) {
      case 'final':
        log.info(`Task ${title(message)} has ended before: ${refusal.state}`);
        return 'settled';
      case 'superseded':
        log.info(`Task ${title(message)} has been retried since; this message is an old one`);
        return 'settled';
      case 'elsewhere':
        log.info(`Task ${title(message)} is being run elsewhere`);
        return { returnInSeconds: Math.max(1, (refusal.untilMs - clock()) / 1000) };
    }
  }

  /** A message that nobody can run goes to the dead letters; a client that waits for it is told, where its id is known. */
  async function bury(
    delivery: Delivery,
    error: DecodeError,
    lease: Pick<Claim, 'owner' | 'leaseEndMs'>,
  ): Promise<Settlement> {
    log.error(`Message ${delivery.messageId} cannot be decoded (${error.code}): ${error.message}`);
    if (error.identity) {
      const claim = { id: error.identity.id, epoch: 0, ignoreResult: false, worker, ...lease };
      const failure = failureOf(
        error.code === 'CONTENT_DISALLOWED' ? 'ContentDisallowed' : 'DecodeError',
        [error.message],
        'kombu.exceptions',
      );
      const answer = await store.claim(claim);
      if (answer.kind === 'claimed')
        await store.complete(claim, { state: 'FAILURE', failure }, { group: null, parentId: null });
    }
    await transport.deadLetter({
      body: delivery.body,
      code: error.code,
      reason: error.message,
      queueArn: delivery.receipt.queueArn,
    });
    return 'settled';
  }

  function ignoresResult(message: Message): boolean {
    const ofTask = lookUp(registry, message.task)?.options.ignoreResult ?? registry.settings.taskIgnoreResult;
    return message.ignoreResult || (ofTask ?? false);
  }
}

function givenUp(attempts: number): Outcome {
  const reason = `The task was begun ${attempts} times, and each time its worker was gone before it ended.`;
  return { state: 'FAILURE', failure: failureOf('WorkerLostError', [reason], 'billiard.exceptions') };
}

function periodOf({ revocationPeriodMs }: Stations): { periodMs?: number } {
  return revocationPeriodMs === undefined ? {} : { periodMs: revocationPeriodMs };
}
