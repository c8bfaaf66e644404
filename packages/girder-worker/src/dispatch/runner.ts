import { builtinRun, isBuiltin } from '../canvas/continuations/builtinTasks.ts';
import type { Calls, Ending, RunListener } from '../execution/pool.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { lookUp } from '../registry/registry.ts';
import { stampRevocationKeysOf } from '../store/stampKeys.ts';
import { createEarlyAcknowledgement, isAtMostOnce } from './acknowledgement.ts';
import { callsOf, runBuiltin } from './builtins.ts';
import type { FollowUp } from './followUp.ts';
import { createLeaseKeeper } from './leaseKeeper.ts';
import { atEndOf, limitsOf } from './limits.ts';
import { title } from './report.ts';
import { contextOf } from './resultContext.ts';
import type { RevocationPoller } from './revocationWatch.ts';
import { isExpired } from './schedule.ts';
import type { DispatcherDeps, TaskRun } from './stations.ts';

/** What the claim told of its task. */
export interface Claimed {
  readonly attempt: number;
  readonly revoked: boolean;
}

/** Runs a claimed task, unless it is known already how it ends. */
export function createRunner(stations: DispatcherDeps, followUp: FollowUp, revocations: RevocationPoller) {
  const { registry, pool, solo, store, log, clock, maxDeliveries } = stations;
  const acknowledge = createEarlyAcknowledgement(stations);
  const keepLease = createLeaseKeeper(stations);

  return async (passenger: TaskRun, claimed: Claimed): Promise<Ending> => {
    const outcome = outcomeBeforehand(passenger, claimed) ?? (await outcomeByStamps(passenger));
    if (outcome) return { outcome, childrenJson: '[]' };
    const builtin = builtinRun(passenger.message.task, passenger.message);
    if (builtin && builtin.kind !== 'calls') return runBuiltin(passenger.message, builtin, followUp);
    if (isAtMostOnce(stations, passenger.message.task)) {
      const limits = limitsOf(passenger, registry, clock());
      if ('state' in limits) return { outcome: limits, childrenJson: '[]' };
      await acknowledge(passenger);
    }
    return runTask(passenger, builtin && callsOf(builtin));
  };

  function outcomeBeforehand({ message }: TaskRun, { attempt, revoked }: Claimed): Outcome | undefined {
    if (revoked) return { state: 'REVOKED', reason: 'revoked' };
    if (isExpired(message, clock())) return { state: 'REVOKED', reason: 'expired' };
    if (!lookUp(registry, message.task) && !isBuiltin(message.task)) {
      return { state: 'FAILURE', failure: failureOf('NotRegistered', [message.task]) };
    }
    if (attempt > (isAtMostOnce(stations, message.task) ? 1 : maxDeliveries)) return givenUp(attempt - 1);
    return undefined;
  }

  /** Tasks without stamps, which are nearly all, cost no read. */
  async function outcomeByStamps({ message }: TaskRun): Promise<Outcome | undefined> {
    const marks = stampRevocationKeysOf(message.stamps);
    const revoked = marks.length > 0 && (await store.findRevocations(marks)).size > 0;
    return revoked ? { state: 'REVOKED', reason: 'revoked' } : undefined;
  }

  function runnerOf(task: string): DispatcherDeps['pool'] {
    return lookUp(registry, task)?.options.pool === 'solo' ? solo : pool;
  }

  async function runTask(passenger: TaskRun, calls: Calls | undefined): Promise<Ending> {
    const { delivery, message, claim, window } = passenger;
    const listener: RunListener = {
      onLog: (level, text) => log[level](`${title(message)}: ${text}`),
      async onState(state, metaJson) {
        const stored = await store.updateState(claim, state, metaJson, contextOf(message, stations));
        if (stored.kind === 'stored') return;
        throw new Error(`The state ${state} was not stored: the task's claim is gone (${stored.kind}).`);
      },
    };
    let hasBegun = false;
    const decide = () => {
      hasBegun = true;
      return limitsOf(passenger, registry, clock());
    };
    const runner = runnerOf(calls?.task ?? message.task);
    const { ended, cancel, terminate } = runner.run(delivery.body, listener, decide, calls);
    const unwatch = revocations.watch([message.id, ...stampRevocationKeysOf(message.stamps)], (revocation) => {
      if (revocation === 'terminated') terminate({ state: 'REVOKED', reason: 'terminated' });
      else cancel();
    });
    const stopWaiting = atEndOf(window, clock(), () => {
      if (!hasBegun) terminate({ state: 'RETURNED', why: 'No thread came free for it in the time of the invocation.' });
    });
    let isLost = false;
    const stopKeeping = keepLease(passenger, () => {
      if (isLost) terminate({ state: 'RETURNED', why: 'Its claim is gone, and it did not stop when it was told.' });
      else cancel();
      isLost = true;
    });
    try {
      return await ended;
    } finally {
      unwatch();
      stopWaiting();
      await stopKeeping();
    }
  }
}

function givenUp(attempts: number): Outcome {
  const times = attempts === 1 ? 'once, and' : `${attempts} times, and each time`;
  const reason = `The task was begun ${times} its worker was gone before it ended.`;
  return { state: 'FAILURE', failure: failureOf('WorkerLostError', [reason], 'billiard.exceptions') };
}
