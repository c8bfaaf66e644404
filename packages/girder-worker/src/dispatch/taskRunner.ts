import type { Expansion } from '../canvas/apply/expansion.ts';
import { type BuiltinAnswer, builtinRun, isBuiltin } from '../canvas/continuations/builtinTasks.ts';
import type { TaskProgress } from '../events/taskEvents.ts';
import type { MapCall, RunListener, RunResult, UpdateStatePayload } from '../execution/pool.ts';
import { resultOf } from '../execution/protocol.ts';
import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { isObject, type KombuValue, ownValue } from '../kombu/values.ts';
import { notRegistered, workerLost } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { lookUp } from '../registry/registry.ts';
import type { ClaimRenewal } from './claimRenewal.ts';
import { type ContinuationPlanner, publish, refusalFailure, unsendableOutcome } from './continuations.ts';
import { isRedelivered } from './delivery.ts';
import type { DispatcherDeps } from './deps.ts';
import { etaTooFar, isEtaTooFar, isExpired } from './eta.ts';
import { atEndOf, runLimits } from './limits.ts';
import type { RunningTime } from './sharedTime.ts';
import type { TaskRun } from './taskRun.ts';

/** What the store knows about a task when it is claimed. */
export interface Claimed {
  /** How often the task was claimed without an outcome, this time included. */
  readonly attempt: number;
  readonly revoked: boolean;
}

/**
 * Runs a claimed task. Ordinary tasks, errbacks and Celery's own tasks all run here: with their time limits, the deadline
 * of the invocation and revocation. They stop if their claim is lost.
 */
export type TaskRunner = (run: TaskRun, claimed: Claimed, renewal: ClaimRenewal) => Promise<RunResult>;

export function createTaskRunner(deps: DispatcherDeps, planner: ContinuationPlanner): TaskRunner {
  const { registry, pool, solo, store, transport, log, events, revocations, system, maxDeliveries, sharedTime } = deps;

  return async (run, claimed, renewal) => {
    const outcome = outcomeWithoutRunning(run, claimed) ?? (await outcomeIfRevoked(run));
    if (outcome) return resultOf(outcome);
    const builtin = builtinRun(run.message.task, run.message);
    if (builtin && builtin.kind !== 'calls') return runBuiltin(run, builtin);
    if (run.options.acksEarly) {
      const limits = runLimits(run.options, run.window, system.now());
      if ('state' in limits) return resultOf(limits);
      await acknowledgeEarly(run);
    }
    const mapCall = builtin && { task: builtin.task, argumentListsJson: stringifyPythonJson(builtin.argumentLists) };
    return withoutRedelivery(run, await runInPool(run, mapCall, renewal));
  };

  function outcomeWithoutRunning(
    { delivery, message, entry, options }: TaskRun,
    claimed: Claimed,
  ): Outcome | undefined {
    if (claimed.revoked) return { state: 'REVOKED', reason: 'revoked' };
    if (isExpired(message, system.now())) return { state: 'REVOKED', reason: 'expired' };
    const { queueArn } = delivery.receipt;
    if (isEtaTooFar(message, queueArn, system.now()))
      return { state: 'FAILURE', failure: etaTooFar(message, queueArn) };
    if (!entry && !isBuiltin(message.task)) {
      return { state: 'FAILURE', failure: notRegistered(message.task) };
    }
    if (claimed.attempt > (options.acksEarly ? 1 : maxDeliveries)) return attemptsExhausted(claimed.attempt - 1);
    return undefined;
  }

  async function outcomeIfRevoked({ message }: TaskRun): Promise<Outcome | undefined> {
    return (await revocations.findBeforeRun(message)) && { state: 'REVOKED', reason: 'revoked' };
  }

  /** Runs one of Celery's own tasks that runs no code of a plugin. */
  async function runBuiltin(run: TaskRun, builtin: BuiltinAnswer): Promise<RunResult> {
    switch (builtin.kind) {
      case 'value':
        return resultOf({ state: 'SUCCESS', resultJson: stringifyPythonJson(builtin.value) });
      case 'fails':
        return resultOf({ state: 'FAILURE', failure: builtin.failure });
      case 'sends': {
        let expansion: Expansion;
        try {
          expansion = await planner.child(run.message, builtin.signature, builtin.call);
        } catch (error) {
          return resultOf(unsendableOutcome(run.message, error));
        }
        const [refused] = await publish(deps, run, expansion);
        if (refused) return resultOf({ state: 'FAILURE', failure: refusalFailure(refused) });
        const { result, children } = expansion;
        return {
          outcome: { state: 'SUCCESS', resultJson: stringifyPythonJson(result) },
          childrenJson: stringifyPythonJson(children),
        };
      }
    }
  }

  /** Deletes the message of a task that runs at most once. */
  async function acknowledgeEarly(run: TaskRun): Promise<void> {
    const { delivery, claim } = run;
    if (delivery.inbox) return; // An errback of a dead letter, which must not be lost.
    try {
      await transport.acknowledge(delivery.receipt);
    } catch (error) {
      await store.release(claim, claim.epoch); // The task has not begun: the next delivery of its message may run it.
      throw error;
    }
    run.isAcknowledged = true;
  }

  async function runInPool(run: TaskRun, mapCall: MapCall | undefined, renewal: ClaimRenewal): Promise<RunResult> {
    const { delivery, message, entry, window } = run;
    let time: RunningTime | undefined;
    const resolveLimits = () => {
      time = sharedTime.begin();
      const limits = runLimits(run.options, window, system.now(), time.wasShared);
      if (run.info && !('state' in limits)) events.emit('started', run.info);
      return limits;
    };
    const code = mapCall ? lookUp(registry, mapCall.task) : entry;
    const runner = code?.options.pool === 'solo' ? solo : pool;
    const { ended, cancel, terminate } = runner.run(delivery.body, listenerOf(run), resolveLimits, {
      mapCall,
      isRedelivered: isRedelivered(delivery),
      takesException: run.takesException,
    });
    const unwatch = revocations.watch(message, (revocation) => {
      if (revocation === 'terminated') terminate({ state: 'REVOKED', reason: 'terminated' });
      else cancel();
    });
    const cancelWait = atEndOf(window, system, () => {
      const why = "No worker thread became free before the invocation's deadline.";
      if (!time) terminate({ state: 'RETURNED', why });
    });
    let isLost = false;
    renewal.onLost(() => {
      if (isLost) terminate({ state: 'RETURNED', why: 'Its claim is gone, and it did not stop when it was asked to.' });
      else cancel();
      isLost = true;
    });
    try {
      return await ended;
    } finally {
      time?.end();
      unwatch();
      cancelWait();
    }
  }

  function listenerOf(run: TaskRun): RunListener {
    return {
      onLog(level, text, data) {
        if (run.info) events.emit('log', run.info, level, text, data);
        else log[level](`${run.title}: ${text}`, { ...run.logFields, ...(data && { data }) });
      },
      onRequest({ name, payload }) {
        if (name === 'updateState') return updateState(run, payload as UpdateStatePayload);
        const handle = ownValue(deps.taskRequests, name);
        if (handle) return handle(run, payload);
        return Promise.reject(new Error(`The task asked for "${name}", which this worker does not handle.`));
      },
    };
  }

  async function updateState(run: TaskRun, { state, metaJson }: UpdateStatePayload): Promise<void> {
    const answer = await store.updateState(run.claim, state, metaJson, run.context);
    if (answer.kind !== 'ok')
      throw new Error(`The state ${state} of ${run.title} was not stored: its claim is gone (${answer.kind}).`);
    if (!run.info) return;
    events.emit('state', run.info, state, metaJson);
    const progress = progressIn(metaJson);
    if (progress) events.emit('progress', run.info, progress);
  }
}

/** A message that was deleted before its task ran cannot be delivered again: the task has failed instead. */
function withoutRedelivery({ isAcknowledged }: TaskRun, result: RunResult): RunResult {
  const { outcome } = result;
  if (!isAcknowledged) return result;
  if (outcome.state === 'REJECTED') return { ...result, outcome: { ...outcome, requeue: false } };
  if (outcome.state !== 'RETURNED') return result;
  return { ...result, outcome: { state: 'FAILURE', failure: workerLost(outcome.why) } };
}

function attemptsExhausted(attempts: number): Outcome {
  const reason =
    attempts === 1
      ? 'The task was attempted once and its worker died.'
      : `The task was attempted ${attempts} times and its worker died each time.`;
  return { state: 'FAILURE', failure: workerLost(reason) };
}

/** The progress in the meta of a state, which Celery's documentation shows as `{"current": 3, "total": 10}`. */
function progressIn(metaJson: string): TaskProgress | undefined {
  if (!metaJson.includes('"current"') && !metaJson.includes('"total"')) return undefined;
  const meta = parsePythonJson(metaJson);
  if (!isObject(meta)) return undefined;
  const numberIn = (value: KombuValue | undefined) => (typeof value === 'number' ? value : undefined);
  const { current, total, message } = meta;
  const progress = {
    current: numberIn(current),
    total: numberIn(total),
    message: typeof message === 'string' ? message : undefined,
  };
  return progress.current === undefined && progress.total === undefined ? undefined : progress;
}
