import { DecodeError } from '../kombu/errors.ts';
import { decode } from '../message/decode.ts';
import type { Message } from '../message/message.ts';
import { lookUp } from '../registry/registry.ts';
import type { Claim } from '../store/resultStore.ts';
import { withoutReturn } from './acknowledgement.ts';
import { createBurial } from './burial.ts';
import type { Delivery } from './delivery.ts';
import { epochOf } from './epoch.ts';
import { createFollowUp } from './followUp.ts';
import { createRefusal } from './refusal.ts';
import { reportEnded, reportReceived, title } from './report.ts';
import { contextOf } from './resultContext.ts';
import type { RevocationPoller } from './revocationWatch.ts';
import { type Claimed, createRunner } from './runner.ts';
import { createPostponement } from './schedule.ts';
import { createSettling } from './settling.ts';
import type { DispatcherDeps, Disposition, InvocationWindow, Lease, TaskRun } from './stations.ts';

/**
 * The way of one delivery through the stations, from top to bottom. Whatever throws on it brings the message back; what
 * was done by then is done again without harm, as everything that is published has a fixed id.
 */
export function createPassage(
  stations: DispatcherDeps,
  revocations: RevocationPoller,
): (delivery: Delivery, lease: Lease, window: InvocationWindow) => Promise<Disposition> {
  const { store, log, clock, worker } = stations;
  const bury = createBurial(stations);
  const postpone = createPostponement(stations);
  const followUp = createFollowUp(stations);
  const refuse = createRefusal(stations, followUp);
  const run = createRunner(stations, followUp, revocations);
  const settle = createSettling(stations, followUp);

  return async (delivery, lease, window) => {
    const message = await decode(delivery.body).catch(thatCannotBeDecoded);
    if (message instanceof DecodeError) return bury(delivery, message, lease);

    const postponed = await postpone(delivery, message);
    if (postponed) return postponed;

    reportReceived(log, message);
    const claim: Claim = {
      id: message.id,
      epoch: epochOf(message),
      ignoreResult: ignoresResult(message, stations),
      worker,
      task: message.task,
      context: contextOf(message, stations),
      ...lease,
    };
    const passenger = { delivery, message, claim, window, acknowledgement: { isMade: false } };
    const answer = await store.claim(claim);
    if (answer.kind !== 'claimed') return refuse(passenger, answer);
    return unlessAcknowledged(passenger, carryOut(passenger, answer));
  };

  async function carryOut(passenger: TaskRun, claimed: Claimed): Promise<Disposition> {
    const startedMs = clock();
    const ending = withoutReturn(passenger, await run(passenger, claimed));
    const stored = await settle(passenger, ending);
    if (stored.kind !== 'settled') return refuse(passenger, stored);

    reportEnded(log, passenger.message, ending.outcome, clock() - startedMs);
    return stored.settlement;
  }

  /** Nothing returns a message that has left its queue. */
  async function unlessAcknowledged(passenger: TaskRun, carriedOut: Promise<Disposition>): Promise<Disposition> {
    try {
      const settlement = await carriedOut;
      return passenger.acknowledgement.isMade ? 'settled' : settlement;
    } catch (error) {
      if (!passenger.acknowledgement.isMade) throw error;
      const text = error instanceof Error ? error.stack : String(error);
      log.error(`What became of ${title(passenger.message)} is lost, as its message was acknowledged before: ${text}`);
      return 'settled';
    }
  }
}

function thatCannotBeDecoded(error: unknown): DecodeError {
  if (error instanceof DecodeError) return error;
  throw error;
}

/** The sender's wish, else the task's, else the app's. */
function ignoresResult(message: Message, { registry }: DispatcherDeps): boolean {
  return (
    message.ignoreResult ??
    lookUp(registry, message.task)?.options.ignoreResult ??
    registry.settings.taskIgnoreResult ??
    false
  );
}
