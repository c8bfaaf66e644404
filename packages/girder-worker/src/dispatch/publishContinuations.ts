import { derivedIds } from '../canvas/apply/derivedIds.ts';
import { type Continuations, type Errback, hasContinuations, noContinuations } from '../canvas/continuations/plan.ts';
import { asDecodeError, DecodeError } from '../kombu/errors.ts';
import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import type { StoredResult } from '../store/resultStore.ts';
import { forEachConcurrently } from '../system/concurrently.ts';
import { once } from '../system/once.ts';
import { startClaimRenewal } from './claimRenewal.ts';
import type { ContinuationPlanner } from './continuations.ts';
import { publish } from './continuations.ts';
import type { DispatcherDeps } from './deps.ts';
import { mayPublishAgain } from './messageDigest.ts';
import { createPersistence } from './persistence.ts';
import { createTaskRun, type TaskRun } from './taskRun.ts';
import type { TaskRunner } from './taskRunner.ts';

/** The most failures of steps that will never run that are stored at the same time. */
const maxConcurrentWrites = 20;

/** Publishes what follows a task that has ended. Safe to repeat: every id that is published derives from the task's own. */
export interface ContinuationPublisher {
  /**
   * A task whose message the broker refuses has failed, and what follows it is published. `isChordBody` tells that the continuations
   * are the body of a chord.
   */
  publish(run: TaskRun, continuations: Continuations, isChordBody?: boolean): Promise<void>;
  /**
   * Publishes again what follows a task that ended in another delivery, from its stored result. `digest` is that of the message that was
   * claimed then.
   */
  republish(run: TaskRun, digest: string | undefined): Promise<void>;
}

export function createContinuationPublisher(
  deps: DispatcherDeps,
  planner: ContinuationPlanner,
  runTask: TaskRunner,
): ContinuationPublisher {
  const { store, log, system } = deps;
  const persist = createPersistence(deps);
  const loadRefusedTasks = once(async () => (await import('./refusedTasks.ts')).createRefusedTasks(deps, planner));

  const publisher: ContinuationPublisher = {
    async publish(run, { expansions, failedSteps, endedMembers, errbacks }, isChordBody = false) {
      for (const expansion of expansions) {
        const refused = await publish(deps, run, expansion);
        await forEachConcurrently(refused, maxConcurrentWrites, async (each) => {
          const failRefused = await loadRefusedTasks();
          await publisher.publish(run, await failRefused(run, each, isChordBody));
        });
      }
      await forEachConcurrently(failedSteps, maxConcurrentWrites, ({ id, failure, children = [], ...context }) =>
        store.fail(id, failure, { ...context, childrenJson: stringifyPythonJson(children) }),
      );
      for (const [index, errback] of errbacks.entries()) await callErrback(run, errback, index);
      for (const member of endedMembers) {
        const continuations = await planner.countMember(run.message, member);
        await publisher.publish(run, continuations, true);
        if (continuations !== noContinuations) await store.endChord(member.groupId);
      }
    },

    async republish(run, digest) {
      const { message } = run;
      if (!hasContinuations(message)) return;
      const stored = (await store.readForContinuations([message.id])).get(message.id);
      const outcome = stored && outcomeIn(stored);
      if (!outcome) return;
      if (!mayPublishAgain(run.claim, digest, outcome)) {
        log.warn(
          `This message of ${run.title} is not the one that was run: what follows it is not published`,
          run.logFields,
        );
        return;
      }
      const plan = await planner.after(message, outcome);
      if (plan.outcome === outcome) return publisher.publish(run, plan.continuations);
      log.error(`What follows ${run.title} cannot be sent any more, although the task has succeeded.`, run.logFields);
    },
  };
  return publisher;

  /**
   * Calls an errback of the new style (docs/wire-format.md §1.8) with `(request, exc, traceback)`: the failed task's
   * message, its exception as a TaskError, and the traceback. It runs as any task does, under a claim of its
   * own, once for each failed task. Its return value is discarded, and an error that it throws is logged, as in Celery.
   *
   * Throws an Error, so that the message is delivered again, if it could not run to its end in this invocation.
   */
  async function callErrback(failedRun: TaskRun, errback: Errback, index: number): Promise<void> {
    const { signature, failed } = errback;
    const body = errbackBody(errback, index);
    const message = await decode(body).catch(asDecodeError);
    if (message instanceof DecodeError) {
      return log.error(`Errback ${signature.task} of ${failed.id} was not called: ${message.message}`);
    }
    const { delivery, window, claim } = failedRun;
    const context = {
      delivery: { ...delivery, body },
      window,
      owner: claim.owner,
      requestId: failedRun.logFields.requestId ?? '',
      errbackOf: failed.id,
      takesException: !signature.immutable,
    };
    const run = createTaskRun(deps, message, context);
    const answer = await store.claim(run.claim);
    if (answer.kind === 'final' || answer.kind === 'outdated') return; // An earlier delivery has called it.
    if (answer.kind === 'claimedElsewhere') throw new Error(`${run.title} is running in another invocation.`);

    const renewal = startClaimRenewal(deps, run);
    const { outcome } = await runTask(run, answer, renewal).finally(renewal.stop);
    if (outcome.state === 'RETURNED' || (outcome.state === 'REJECTED' && outcome.requeue)) {
      await store.release(run.claim, run.claim.epoch);
      const why = outcome.state === 'RETURNED' ? outcome.why : 'It rejected its message.';
      throw new Error(`${run.title} did not run to its end: ${why}`);
    }
    if (outcome.state === 'FAILURE') {
      const { traceback, type } = outcome.failure;
      log.error(`Errback ${signature.task} raised an exception: ${traceback ?? type}`, run.logFields);
    }
    await persist(run, () => store.ignore(run.claim)); // Otherwise it would be called again.
  }

  function errbackBody({ signature, failed, failure }: Errback, index: number): string {
    const { type, module, argsJson, traceback } = failure;
    const exception = { type, module, args: parsePythonJson(argsJson) };
    return encode(
      {
        task: signature.task,
        // The index tells two errbacks of one task name apart.
        id: derivedIds(failed.id, 'errback', String(index), signature.task)(),
        args: signature.immutable ? signature.args : [failed, exception, traceback, ...signature.args],
        kwargs: signature.kwargs,
        rootId: failed.rootId,
        parentId: failed.id,
        ignoreResult: true,
      },
      system,
    );
  }
}

/** The outcome that a stored result tells; undefined if it is not final. */
function outcomeIn({ state, result, exception, traceback }: StoredResult): FinalOutcome | undefined {
  if (state === 'SUCCESS') return { state, resultJson: stringifyPythonJson(result) };
  if (state === 'REVOKED') return { state, reason: 'revoked' };
  if (state !== 'FAILURE') return undefined;
  const { type, module, args } = exception ?? { type: 'Exception', module: null, args: [] };
  return { state, failure: { type, module: module ?? 'builtins', argsJson: stringifyPythonJson(args), traceback } };
}
