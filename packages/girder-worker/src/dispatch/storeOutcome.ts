import type { Expansion } from '../canvas/apply/expansion.ts';
import type { RunResult } from '../execution/protocol.ts';
import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { RetryChanges } from '../message/retryBody.ts';
import type { FinalOutcome, RetryOutcome } from '../outcome/outcome.ts';
import type { ClaimConflict } from '../store/resultStore.ts';
import {
  type ContinuationPlanner,
  encodeRetry,
  publish,
  publishRetry,
  refusalFailure,
  unsendableOutcome,
} from './continuations.ts';
import { redeliveryBackoffSeconds } from './delivery.ts';
import type { DispatcherDeps, Disposition } from './deps.ts';
import type { ContinuationPublisher } from './publishContinuations.ts';
import { epochOf, type TaskRun } from './taskRun.ts';

/** The answer of the store: the outcome is stored, or why the claim does not allow it. */
export type StoreAnswer =
  | {
      readonly kind: 'ok';
      /** Publishes what must follow the stored outcome. */
      readonly publish: () => Promise<void>;
      readonly disposition: Disposition;
    }
  | ClaimConflict;

/**
 * The message of a replacement, or of a retry with other arguments, is published before its task releases the claim. This
 * delay lets it find the claim free.
 */
const minDelaySeconds = 1;

/** Stores the outcome of a run, if its claim still holds. What is published before that is safe to publish again. */
export function createOutcomeStore(
  deps: DispatcherDeps,
  planner: ContinuationPlanner,
  publisher: ContinuationPublisher,
) {
  const { store, system } = deps;
  /** What was published before the outcome of a run was stored. The store may be away for the rest of the invocation, and is asked again and again. */
  const published = new WeakMap<RunResult, unknown>();

  return async (run: TaskRun, result: RunResult): Promise<StoreAnswer> => {
    const { outcome, childrenJson, isThreadAlive } = result;
    const { delivery, message, claim } = run;
    switch (outcome.state) {
      case 'SUCCESS':
      case 'FAILURE':
      case 'REVOKED':
        return complete(run, outcome, result);
      case 'REJECTED':
        if (!outcome.requeue) return complete(run, { state: 'FAILURE', failure: outcome.failure }, result);
        return answer(await store.release(claim, claim.epoch), { retryInSeconds: redeliveryBackoffSeconds(delivery) });
      case 'RETURNED':
        // The task would run a second time beside itself: the claim ends when the worker can run it no longer.
        if (isThreadAlive)
          return answer({ kind: 'ok' }, { retryInSeconds: secondsUntil(claim.leaseEndMs, system.now()) });
        return answer(await store.release(claim, claim.epoch, { keepAttempts: outcome.isAttempt === true }), {
          retryInSeconds: 0,
        });
      case 'IGNORED':
        return answer(await store.ignore(claim), 'acknowledge');
      case 'RETRY': {
        const retries = message.retries + 1;
        const context = { ...run.context, childrenJson };
        const { etaMs } = outcome;
        let body: string;
        try {
          body = encodeRetry(deps, run, { retries, etaMs, ...argumentsIn(outcome) });
        } catch (error) {
          return complete(run, unsendableOutcome(message, error), result);
        }
        // Other arguments are stored nowhere from which a later delivery could publish them: publish them first.
        if (outcome.arguments) await publishOnce(result, () => publishRetry(deps, run, body, etaMs, minDelaySeconds));
        const stored = await store.retry(claim, outcome, context, epochOf({ ...message, retries }));
        return answer(stored, 'acknowledge', async () => {
          if (!outcome.arguments) await publishRetry(deps, run, body, etaMs);
        });
      }
      case 'REPLACED':
        return replace(run, parsePythonJson(outcome.signatureJson), result);
    }
  };

  /** Publishes unless an earlier attempt to store the outcome of this run has done so. */
  async function publishOnce<T>(result: RunResult, publishNow: () => Promise<T>): Promise<T> {
    if (published.has(result)) return published.get(result) as T;
    const answer = await publishNow();
    published.set(result, answer);
    return answer;
  }

  async function complete(run: TaskRun, given: FinalOutcome, result: RunResult): Promise<StoreAnswer> {
    const { message, claim } = run;
    const { outcome, continuations } = await planner.after(message, given);
    // The result of such a task is stored nowhere, so that a redelivery could not publish what follows: publish it first.
    if (claim.ignoreResult) await publishOnce(result, () => publisher.publish(run, continuations));
    const sent = outcome.state === 'SUCCESS' ? continuations.expansions.flatMap(({ children }) => children) : [];
    const context = { ...run.context, childrenJson: withChildren(result.childrenJson, sent) };
    const stored = await store.complete(claim, outcome, context);
    if (stored.kind !== 'ok') return stored;
    return answer(stored, 'acknowledge', async () => {
      if (claim.ignoreResult) return;
      // A result that does not fit into an item is stored as a failure, after which something else follows.
      const isAsPlanned = stored.outcome === outcome;
      await publisher.publish(
        run,
        isAsPlanned ? continuations : (await planner.after(message, stored.outcome)).continuations,
      );
    });
  }

  /** Publishes the replacement first: nothing is stored from which a later delivery could publish it. */
  async function replace(run: TaskRun, signature: unknown, result: RunResult): Promise<StoreAnswer> {
    const { message, claim } = run;
    let expansion: Expansion;
    try {
      expansion = await planner.replacement(message, signature);
    } catch (error) {
      return complete(run, unsendableOutcome(message, error), result);
    }
    const [refused] = await publishOnce(result, () => publish(deps, run, expansion, { minDelaySeconds }));
    if (refused) return complete(run, { state: 'FAILURE', failure: refusalFailure(refused) }, result);
    const nextEpoch = epochOf({ retries: 0, replacedTaskNesting: message.replacedTaskNesting + 1 });
    return answer(await store.release(claim, nextEpoch), 'acknowledge');
  }
}

function answer(
  stored: { readonly kind: 'ok' } | ClaimConflict,
  disposition: Disposition,
  publishAfter: () => Promise<void> = async () => undefined,
): StoreAnswer {
  return stored.kind === 'ok' ? { kind: 'ok', disposition, publish: publishAfter } : stored;
}

function secondsUntil(timeMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((timeMs - nowMs) / 1000));
}

function argumentsIn({ arguments: changed }: RetryOutcome): Pick<RetryChanges, 'arguments'> {
  if (!changed) return {};
  const args = parsePythonJson(changed.argsJson) as readonly unknown[];
  return { arguments: { args, kwargs: parsePythonJson(changed.kwargsJson) as Readonly<Record<string, unknown>> } };
}

function withChildren(childrenJson: string, more: readonly unknown[]): string {
  if (more.length === 0) return childrenJson;
  return stringifyPythonJson([...(parsePythonJson(childrenJson) as unknown[]), ...more]);
}
