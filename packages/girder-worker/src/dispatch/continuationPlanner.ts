import type { Expansion } from '../canvas/apply/expansion.ts';
import { PublishedSize } from '../canvas/apply/publishedSize.ts';
import { taskIdsOf } from '../canvas/apply/resultTuple.ts';
import { chordBodyInSteps, failedChordInSteps } from '../canvas/continuations/chord.ts';
import { continuationsInSteps, onlyChordMembership, sendFrom } from '../canvas/continuations/continuations.ts';
import { type Continuations, noContinuations } from '../canvas/continuations/plan.ts';
import { replacementInSteps } from '../canvas/continuations/replacement.ts';
import type { CanvasError } from '../canvas/signatures/errors.ts';
import { beyondLimit } from '../canvas/signatures/limits.ts';
import type { Message } from '../message/message.ts';
import { groupDocument } from '../store/document/resultDocument.ts';
import { encodeDocument, encodeParts, maxDocumentBytes, maxParts } from '../store/document/storedBytes.ts';
import type { ResultTuple } from '../store/resultStore.ts';
import { runStepsInTurns, type Steps } from '../system/steps.ts';
import { type ChordPlanner, createChordCounter } from './chordCounter.ts';
import { type ContinuationPlanner, isUnsendable, unsendableOutcome } from './continuations.ts';
import type { DispatcherDeps } from './deps.ts';
import { continuationContext } from './taskOptions.ts';

/** See `ContinuationPlanner`. `lazyPlanner.ts` loads this module when something follows a task for the first time. */
export function createContinuationPlanner(deps: DispatcherDeps): ContinuationPlanner {
  const { registry, system, log } = deps;
  const contextOf = (message: Message) => continuationContext(message, registry, system.now());

  const sendable = (expansion: Steps<Expansion>) =>
    runStepsInTurns(
      (function* () {
        const expanded = yield* expansion;
        yield* assertSendable([expanded]);
        return expanded;
      })(),
    );

  const allSendable = (continuations: Steps<Continuations>) =>
    runStepsInTurns(
      (function* () {
        const planned = yield* continuations;
        yield* assertSendable(planned.expansions);
        return planned;
      })(),
    );

  /** What follows a failure, without what cannot be sent. */
  const afterFailure = (message: Message, planned: Promise<Continuations>, rest: Continuations) =>
    planned.catch((error: unknown) => {
      if (!isUnsendable(error)) throw error;
      log.error(`What follows the failed task ${message.task}[${message.id}] is not sent: ${error.message}`);
      return rest;
    });

  const planner: Omit<ContinuationPlanner, 'countMember'> & ChordPlanner = {
    async after(message, outcome) {
      const context = contextOf(message);
      const planned = allSendable(continuationsInSteps(message, outcome, context));
      const rest = onlyChordMembership(message);
      if (outcome.state !== 'SUCCESS') return { outcome, continuations: await afterFailure(message, planned, rest) };
      try {
        return { outcome, continuations: await planned };
      } catch (error) {
        const failed = unsendableOutcome(message, error);
        const instead = allSendable(continuationsInSteps(message, failed, context));
        return { outcome: failed, continuations: await afterFailure(message, instead, rest) };
      }
    },

    replacement: (message, signature) => sendable(replacementInSteps(message, signature, contextOf(message))),

    async child(message, signature, call) {
      const expansion = await sendable(sendFrom(message, signature, call, contextOf(message)));
      assertFitsItem(`The result of ${message.task}`, expansion.result);
      return expansion;
    },

    async chordBody(message, member, values) {
      const expansion = await sendable(chordBodyInSteps(member, values, message, contextOf(message)));
      return { ...noContinuations, expansions: [expansion] };
    },

    failedChord(message, member, failure) {
      const planned = allSendable(failedChordInSteps(member, failure, message, contextOf(message)));
      return afterFailure(message, planned, noContinuations);
    },
  };
  return { ...planner, countMember: createChordCounter(deps, planner) };
}

/** Throws CanvasError and EncodeError for what the queue, the table or a worker would not take. */
function* assertSendable(expansions: readonly Expansion[]): Steps<void> {
  const size = new PublishedSize();
  for (const { messages, chords } of expansions) {
    yield* size.add(messages);
    for (const { members } of chords) {
      yield;
      assertChordFits(members);
    }
  }
}

/** Throws CanvasError TOO_LARGE for ids of more tasks than an item of the table holds. */
function assertFitsItem(what: string, result: ResultTuple): void {
  if (!encodeDocument(groupDocument(result), maxDocumentBytes)) throw tooManyIds(what, result, maxDocumentBytes);
}

/** Throws CanvasError TOO_LARGE for more members than the items of a group hold. */
function assertChordFits(members: ResultTuple): void {
  if (!encodeParts(groupDocument(members))) throw tooManyIds('A chord', members, maxParts * maxDocumentBytes);
}

function tooManyIds(what: string, result: ResultTuple, limitBytes: number): CanvasError {
  return beyondLimit(
    `${what} has ${taskIdsOf(result).length} ids of tasks`,
    `${limitBytes} bytes`,
    'send fewer and larger tasks, or let several tasks send them',
  );
}
