import { assignedId } from '../canvas/signatures/signature.ts';
import { exceptionText } from '../events/celeryLogEvents.ts';
import type { RunInfo } from '../events/taskEvents.ts';
import { saferepr, safereprOfArgs } from '../kombu/repr/saferepr.ts';
import { hiddenReprs } from '../message/hiddenReprs.ts';
import type { Embed, Message, WireSignature } from '../message/message.ts';
import { queueNameOf } from '../message/queueNameOf.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { redact, redactArguments } from './redact.ts';
import type { FollowingTask, RunRecord } from './runRecord.ts';

/** When a run was received, started and ended, in ms since 1970. */
export type RunTimes = Pick<RunRecord, 'receivedMs' | 'startedMs' | 'endedMs'>;

/** The end of a run, as a record has it. */
export type RunEnd = Pick<RunRecord, 'state' | 'error' | 'dueMs'>;

/** The most tasks that follow a run which its record names: a chain may have thousands of steps. */
const maxFollowing = 20;

export function recordOf(run: RunInfo, times: RunTimes, end: RunEnd): RunRecord {
  const { message, delivery, logFields } = run;
  const { id, task, rootId, parentId, group, retries } = message;
  return {
    ...{ id, task, rootId, parentId, group, retries, ...times, ...end },
    queue: queueNameOf(message),
    worker: String(logFields.worker ?? ''),
    requestId: String(logFields.requestId ?? ''),
    receiveCount: delivery.receiveCount,
    sizeBytes: delivery.sizeBytes,
    ...argumentsOf(message, run.entry?.parameters.positional.map(({ name }) => name) ?? []),
    follows: followingIn(message.embed),
  };
}

export function endOf(outcome: Outcome): RunEnd {
  const { state } = outcome;
  switch (state) {
    case 'SUCCESS':
    case 'IGNORED':
    case 'REPLACED':
      return { state, error: null, dueMs: null };
    case 'FAILURE':
    case 'REJECTED':
      return { state, error: exceptionText(outcome.failure), dueMs: null };
    case 'REVOKED':
      return { state, error: outcome.reason, dueMs: null };
    case 'RETRY':
      return { state, error: outcome.failure && exceptionText(outcome.failure), dueMs: outcome.etaMs };
    case 'RETURNED':
      return { state, error: outcome.why, dueMs: null };
  }
}

/** Reprs of the arguments without secrets; or the texts with which the sender hides them. */
function argumentsOf(message: Message, parameterNames: readonly string[]): Pick<RunRecord, 'args' | 'kwargs'> {
  const hidden = hiddenReprs(message);
  return {
    args: hidden.argsRepr ?? safereprOfArgs(redactArguments(message.args, parameterNames)),
    kwargs: hidden.kwargsRepr ?? saferepr(redact(message.kwargs)),
  };
}

function followingIn({ callbacks, errbacks, chain, chord }: Embed): readonly FollowingTask[] {
  const following = [
    ...named('chain', chain.slice(-1)),
    ...named('chord', chord ? [chord] : []),
    ...named('callback', callbacks),
    ...named('errback', errbacks),
  ];
  return following.slice(0, maxFollowing);
}

function named(kind: FollowingTask['kind'], signatures: readonly WireSignature[]): FollowingTask[] {
  return signatures.map((signature) => ({ kind, id: assignedId(signature) ?? null, task: signature.task }));
}
