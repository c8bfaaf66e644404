import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import { exceptionRepr } from '../../kombu/repr/pythonRepr.ts';
import type { Message } from '../../message/message.ts';
import type { Failure } from '../../outcome/failure.ts';
import type { ResultTuple, StoredResult } from '../../store/resultStore.ts';
import { derivedIds } from '../apply/derivedIds.ts';
import { expand } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import { leavesOf, valuesOf } from '../apply/resultTuple.ts';
import { membersOf } from '../signatures/pipe.ts';
import { kindOf, type Signature, signaturesIn, textIn } from '../signatures/signature.ts';
import {
  type ContinuationContext,
  type Continuations,
  callErrbacks,
  type Errback,
  noContinuations,
  senderOf,
} from './continuations.ts';
import { type ChordPart, errbacksOf, failAllUnreachable, finalTaskOf } from './failUnreachable.ts';

/** Why a chord's body cannot run. */
export interface ChordFailure {
  /** The ChordError that its body is stored with. */
  readonly error: Failure;
  /** What went wrong in its header. */
  readonly cause: Failure;
}

/** What the header of a chord came to. */
export type HeaderResults =
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | { readonly kind: 'failed'; readonly failure: ChordFailure };

type LastMember = Pick<Message, 'id' | 'rootId'>;

/**
 * The values of a chord's header, in its order; a member that is a group itself gives a list. Or, where one has failed or
 * left no result, the failure of the first such.
 */
export function collectHeaderResults(group: ResultTuple, results: ReadonlyMap<string, StoredResult>): HeaderResults {
  const culprit = leavesOf(group).find((id) => results.get(id)?.state !== 'SUCCESS');
  if (culprit !== undefined) return { kind: 'failed', failure: dependencyFailed(results.get(culprit)) };
  return { kind: 'values', values: valuesOf(group, (id) => results.get(id)?.result) as readonly unknown[] };
}

/** The failure of a chord whose group item is gone, in Celery's words. */
export function groupGone(groupId: string): ChordFailure {
  const error = chordError(`GroupResult ${groupId} no longer exists`, null);
  return { error, cause: error };
}

/** The body of a chord whose parts have all succeeded; the same whichever part was the last. */
export function chordBody(
  part: ChordPart,
  values: readonly unknown[],
  last: LastMember,
  context: ContinuationContext,
): Expansion {
  const sender = {
    ...senderOf(context),
    rootId: last.rootId,
    parentId: last.id,
    newId: derivedIds(part.groupId, 'body'),
  };
  return expand(part.chord, { args: [values] }, sender);
}

/** What follows when a chord's body cannot run: it has failed, and all that would have come after it. */
export function chordFailure(
  { chord }: ChordPart,
  failure: ChordFailure,
  last: LastMember,
  context: ContinuationContext,
): Continuations {
  const isGroup = kindOf(finalTaskOf(chord)) === 'group';
  const reason = isGroup ? failure.cause : failure.error; // Celery tells the tasks of a group what happened itself.
  const rest = failAllUnreachable([chord, ...signaturesIn(chord.options.chain)], reason);
  const told = targetsOf(chord).map(([target, errbacks]) =>
    callErrbacks(errbacks, failedTask(target, last), reason, context),
  );
  return {
    ...noContinuations,
    ...rest,
    expansions: told.flatMap(({ expansions }) => expansions),
    errbacks: told.flatMap(({ errbacks }) => errbacks),
  };
}

/** The results of a body, each with the errbacks that are to be told of it: those of a group also of each member. */
function targetsOf(body: Signature): readonly (readonly [Signature, readonly Signature[]])[] {
  const errbacks = errbacksOf(body);
  const target = finalTaskOf(body);
  if (kindOf(body) === 'chain' || kindOf(target) !== 'group') return [[target, errbacks]];
  return membersOf(target).map((member) => [finalTaskOf(member), [...errbacksOf(member), ...errbacks]]);
}

function failedTask({ task, options }: Signature, { rootId }: LastMember): Errback['failed'] {
  return { id: textIn(options.task_id) ?? '', task, rootId: textIn(options.root_id) ?? rootId };
}

/** Python's own words: the exception of the first member that failed. A member that left no result is waited for in vain. */
function dependencyFailed(culprit: StoredResult | undefined): ChordFailure {
  const { type, args, module } = culprit?.exception ?? lost;
  const cause = {
    type,
    module: module ?? 'builtins',
    argsJson: stringifyPythonJson(args),
    traceback: culprit?.traceback ?? null,
  };
  return { error: chordError(exceptionRepr({ type, args }), cause.traceback), cause };
}

const lost = { type: 'TimeoutError', module: 'celery.exceptions', args: ['The operation timed out.'] };

function chordError(text: string, causeTraceback: string | null): Failure {
  const own = `celery.exceptions.ChordError: ${text}\n`;
  const chained = `${causeTraceback}\nThe above exception was the direct cause of the following exception:\n\n${own}`;
  return {
    type: 'ChordError',
    module: 'celery.exceptions',
    argsJson: stringifyPythonJson([text]),
    traceback: causeTraceback === null ? own : chained,
  };
}
