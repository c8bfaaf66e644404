import { type Continuations, noContinuations } from '../canvas/continuations/continuations.ts';
import { CanvasError } from '../canvas/signatures/errors.ts';
import type { RunResult } from '../execution/protocol.ts';
import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { Message } from '../message/message.ts';
import { toFailure } from '../outcome/failure.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import type { ClaimConflict } from '../store/resultStore.ts';
import { epochOf } from './epoch.ts';
import type { FollowUp } from './followUp.ts';
import { contextOf } from './resultContext.ts';
import { type DispatcherDeps, type Disposition, restSeconds, type TaskRun } from './stations.ts';

/** The record's fate; or why the outcome could not be stored. */
export type Settled = { readonly kind: 'settled'; readonly settlement: Disposition } | ClaimConflict;

/** A replacement is sent before its task has given up its place: so much later, so that it finds the place free. */
const replacementDelaySeconds = 1;

/** Stores what a run came to, and then publishes what follows from it. */
export function createSettling(stations: DispatcherDeps, followUp: FollowUp) {
  const { store } = stations;
  return async (passenger: TaskRun, ending: RunResult): Promise<Settled> => {
    const { delivery, message, claim } = passenger;
    const { outcome } = ending;
    switch (outcome.state) {
      case 'SUCCESS':
      case 'FAILURE':
      case 'REVOKED':
        return finish(passenger, outcome, ending.childrenJson);
      case 'REJECTED':
        if (!outcome.requeue)
          return finish(passenger, { state: 'FAILURE', failure: outcome.failure }, ending.childrenJson);
        return after(await store.release(claim, claim.epoch), { returnInSeconds: restSeconds(delivery.receiveCount) });
      case 'RETURNED':
        return after(await store.release(claim, claim.epoch), { returnInSeconds: 0 });
      case 'IGNORED':
        return after(await store.ignore(claim), 'settled');
      case 'RETRY': {
        const retries = message.retries + 1;
        const nextEpoch = epochOf({ ...message, retries });
        const stored = await store.retry(claim, outcome, contextOf(message, stations, ending.childrenJson), nextEpoch);
        if (stored.kind === 'stored') await followUp.sendRetry(passenger, { retries, etaMs: outcome.etaMs });
        return after(stored, 'settled');
      }
      case 'REPLACED':
        return replace(passenger, parsePythonJson(outcome.signatureJson), ending.childrenJson);
    }
  };

  async function finish({ message, claim }: TaskRun, result: FinalOutcome, childrenJson: string): Promise<Settled> {
    const { outcome, continuations } = planned(message, result);
    // What a task returned that leaves no result is known only now: a redelivery could not publish what follows from it.
    if (claim.ignoreResult) await followUp.carryOut(message, continuations);
    const sent = outcome.state === 'SUCCESS' ? continuations.expansions.flatMap(({ children }) => children) : [];
    const stored = await store.complete(claim, outcome, contextOf(message, stations, joined(childrenJson, sent)));
    if (stored.kind !== 'stored') return stored;
    // A result that was too large was stored as a failure, and something else follows from that.
    const after = stored.outcome === outcome ? continuations : followUp.plan(message, stored.outcome);
    if (!claim.ignoreResult) await followUp.carryOut(message, after);
    return { kind: 'settled', settlement: 'settled' };
  }

  /** What a message carries that is no signature cannot be sent: as to Celery, the task has failed then. */
  function planned(message: Message, outcome: FinalOutcome): { outcome: FinalOutcome; continuations: Continuations } {
    try {
      return { outcome, continuations: followUp.plan(message, outcome) };
    } catch (error) {
      if (!(error instanceof CanvasError)) throw error;
      return {
        outcome: { state: 'FAILURE', failure: toFailure(error, moduleOf(message)) },
        continuations: noContinuations,
      };
    }
  }

  /** Sent first, as nothing of a replacement is stored by which it could be sent again. */
  async function replace(passenger: TaskRun, signature: unknown, childrenJson: string): Promise<Settled> {
    const { message, claim } = passenger;
    let expansion: ReturnType<FollowUp['planReplacement']>;
    try {
      expansion = followUp.planReplacement(message, signature);
    } catch (error) {
      if (!(error instanceof CanvasError)) throw error;
      return finish(passenger, { state: 'FAILURE', failure: toFailure(error, moduleOf(message)) }, childrenJson);
    }
    await followUp.publish(expansion, { delaySeconds: replacementDelaySeconds });
    const nextEpoch = epochOf({ retries: 0, replacedTaskNesting: message.replacedTaskNesting + 1 });
    return after(await store.release(claim, nextEpoch), 'settled');
  }
}

function moduleOf({ task }: Message): string {
  return task.slice(0, task.lastIndexOf('.'));
}

function joined(childrenJson: string, more: readonly unknown[]): string {
  return more.length === 0
    ? childrenJson
    : stringifyPythonJson([...(parsePythonJson(childrenJson) as unknown[]), ...more]);
}

function after(stored: { readonly kind: 'stored' } | ClaimConflict, settlement: Disposition): Settled {
  return stored.kind === 'stored' ? { kind: 'settled', settlement } : stored;
}
