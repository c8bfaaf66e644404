import type { EncodedMessage, Refused } from '../canvas/apply/publish.ts';
import { callbackErrorFailure } from '../canvas/continuations/chord.ts';
import { type Continuations, noContinuations } from '../canvas/continuations/plan.ts';
import { decode } from '../message/decode.ts';
import type { Failure } from '../outcome/failure.ts';
import { type ContinuationPlanner, refusalFailure, refusalText } from './continuations.ts';
import type { DispatcherDeps } from './deps.ts';
import { listenersHandled } from './listenersHandled.ts';
import { createTaskRun, type TaskRun } from './taskRun.ts';

/**
 * Fails the task of a message that the broker refuses, for example because its queue does not exist: it will never run, and clients would
 * wait for its result without end. `parent` is the run that it follows. Resolves to what follows the failed task. Safe to
 * repeat; nothing follows if the task has run in spite of that, from an earlier copy of its message.
 */
export type FailRefusedTask = (
  parent: TaskRun,
  refused: Refused<EncodedMessage>,
  isChordBody: boolean,
) => Promise<Continuations>;

export function createRefusedTasks(deps: DispatcherDeps, planner: ContinuationPlanner): FailRefusedTask {
  const { store, events } = deps;

  return async (parent, refused, isChordBody) => {
    const failure = isChordBody ? bodyFailure(refused) : refusalFailure(refused);
    const { delivery, window, claim, logFields } = parent;
    const requestId = logFields.requestId ?? '';
    const message = await decode(refused.message.body);
    const { info, context } = createTaskRun(deps, message, { delivery, window, owner: claim.owner, requestId });
    const answer = await store.fail(message.id, failure, context);
    if (answer === 'claimed') return noContinuations;
    if (answer === 'final' && (await exceptionOf(message.id)) !== failure.type) return noContinuations;
    const outcome = { state: 'FAILURE', failure } as const;
    if (info && answer === 'stored') {
      events.emit('ended', info, outcome, 0);
      await listenersHandled(deps, info, window);
    }
    // Errbacks go to the queue of the failed task (docs/wire-format.md §1.8), which takes none: here, to that of the parent.
    const { deliveryInfo } = parent.message;
    return (await planner.after({ ...message, deliveryInfo }, outcome)).continuations;
  };

  async function exceptionOf(id: string): Promise<string | undefined> {
    return (await store.readForContinuations([id])).get(id)?.exception?.type;
  }
}

/** As in Celery, the body of a chord fails with a ChordError. */
function bodyFailure(refused: Refused<EncodedMessage>): Failure {
  return callbackErrorFailure({ name: 'OperationalError', message: refusalText(refused) }).error;
}
