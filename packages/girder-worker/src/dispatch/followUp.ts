import type { Expansion } from '../canvas/apply/expansion.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import {
  type ContinuationContext,
  type Continuations,
  continuationsOf,
  noContinuations,
  sendFrom,
} from '../canvas/continuations/continuations.ts';
import { replacementOf } from '../canvas/continuations/replacement.ts';
import type { Call, Signature } from '../canvas/signatures/signature.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { Message } from '../message/message.ts';
import { type RetryChanges, retryBody } from '../message/resend.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import type { ClaimConflict, StoredResult } from '../store/resultStore.ts';
import { createChordCount } from './chordCount.ts';
import { contextFor } from './continuationContext.ts';
import { createErrbackCalls } from './errbackCalls.ts';
import type { DispatcherDeps, TaskRun } from './stations.ts';

/** What follows from a task; every id in it is fixed, so that publishing it again does no harm. */
export interface FollowUp {
  /** What follows a task that has ended; nothing is sent yet. */
  plan(message: Message, outcome: FinalOutcome): Continuations;
  /** What replaces a task; nothing is sent yet. Throws CanvasError for what is no signature. */
  planReplacement(message: Message, signature: unknown): Expansion;
  /** What a task sends that Celery itself has, such as `celery.chunks`; nothing is sent yet. */
  planSending(message: Message, signature: Signature, call: Call): Expansion;
  carryOut(message: Message, continuations: Continuations): Promise<void>;
  publish(expansion: Expansion, options?: { readonly delaySeconds?: number }): Promise<void>;
  /** Carries out again what follows a task that ended in another delivery, from what is stored of it. */
  again(message: Message): Promise<void>;
  /** Sends the message of a retry. */
  sendRetry(passenger: TaskRun, changes: RetryChanges): Promise<void>;
  /** Sends the message of a retry that may not have been sent. */
  resend(passenger: TaskRun, refusal: Extract<ClaimConflict, { kind: 'superseded' }>): Promise<void>;
}

export function createFollowUp(stations: DispatcherDeps): FollowUp {
  const { registry, store, transport, clock } = stations;
  const context = (message: Message): ContinuationContext => contextFor(message, registry, clock());
  const callErrbacks = createErrbackCalls(stations);
  const countPart = createChordCount(stations);

  const followUp: FollowUp = {
    plan: (message, outcome) =>
      hasContinuations(message) ? continuationsOf(message, outcome, context(message)) : noContinuations,

    planReplacement: (message, signature) => replacementOf(message, signature, context(message)),

    planSending: (message, signature, call) => sendFrom(message, signature, call, context(message)),

    async carryOut(message, { expansions, failedSteps, chordParts, errbacks }) {
      for (const expansion of expansions) await followUp.publish(expansion);
      for (const { id, failure, ...place } of failedSteps) await store.fail(id, failure, place);
      for (const errback of errbacks) await callErrbacks(errback);
      for (const part of chordParts) {
        const further = await countPart(part, message, context(message));
        await followUp.carryOut(message, further);
        if (further !== noContinuations) await store.endChord(part.groupId);
      }
    },

    publish: (expansion, options) =>
      publishExpansion(expansion, { startChord: store.startChord, publish: transport.publish }, options),

    async again(message) {
      if (!hasContinuations(message)) return;
      const stored = await store.read(message.id);
      const outcome = stored && outcomeOf(stored);
      if (outcome) await followUp.carryOut(message, followUp.plan(message, outcome));
    },

    async sendRetry({ delivery, message }, changes) {
      const delaySeconds = Math.max(0, Math.ceil((changes.etaMs - clock()) / 1000));
      await transport.resend(delivery.receipt, retryBody(delivery.body, message, changes), { delaySeconds });
    },

    async resend(passenger, { dueMs }) {
      if (dueMs === null) return;
      await followUp.sendRetry(passenger, { retries: passenger.message.retries + 1, etaMs: dueMs });
    },
  };
  return followUp;
}

function hasContinuations({ embed }: Message): boolean {
  const { callbacks, errbacks, chain, chord } = embed;
  return callbacks.length > 0 || errbacks.length > 0 || chain.length > 0 || chord !== null;
}

/** What a stored result tells of the outcome; undefined where it is none, or was forgotten. */
function outcomeOf({ state, result, exception, traceback }: StoredResult): FinalOutcome | undefined {
  if (state === 'SUCCESS') return { state, resultJson: stringifyPythonJson(result) };
  if (state === 'REVOKED') return { state, reason: 'revoked' };
  if (state !== 'FAILURE') return undefined;
  const { type, module, args } = exception ?? { type: 'Exception', module: null, args: [] };
  return { state, failure: { type, module: module ?? 'builtins', argsJson: stringifyPythonJson(args), traceback } };
}
