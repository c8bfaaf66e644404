import { exceptionRepr } from '../../kombu/repr/pythonRepr.ts';
import type { Message } from '../../message/message.ts';
import { type Failure, failureOf } from '../../outcome/failure.ts';
import type { ResultTuple, StoredResult } from '../../store/resultStore.ts';
import { mapInSteps, runSteps, type Steps } from '../../system/steps.ts';
import { derivedIds } from '../apply/derivedIds.ts';
import { expandInSteps } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import { taskIdsOf, valuesOf } from '../apply/resultTuple.ts';
import { ExpansionSize } from '../signatures/expansionSize.ts';
import { contentOf } from '../signatures/links.ts';
import { membersOf } from '../signatures/pipe.ts';
import { idIn, kindOf, signaturesIn, textIn, type WireSignature } from '../signatures/signature.ts';
import { type ContinuationContext, callErrbacks, failInSteps, senderOf } from './continuations.ts';
import { type EndedMember, errbacksOf, type FailedStep, finalTaskOf } from './failUnreachable.ts';
import { type Continuations, type Errback, noContinuations } from './plan.ts';

/** Why the body of a chord cannot run. */
export interface ChordFailure {
  /** The ChordError that is stored as the result of the body. */
  readonly error: Failure;
  /** The failure of the header. */
  readonly cause: Failure;
}

/** The results of a chord's header. */
export type HeaderResults =
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | { readonly kind: 'failed'; readonly failure: ChordFailure };

type LastMember = Pick<Message, 'id' | 'rootId'>;

/**
 * The values of a chord's header in order; the value of a member that is a group is a list. If a member failed or has no
 * result, returns the failure of the first such member instead.
 */
export function collectHeaderResults(group: ResultTuple, results: ReadonlyMap<string, StoredResult>): HeaderResults {
  const firstFailed = taskIdsOf(group).find((id) => results.get(id)?.state !== 'SUCCESS');
  if (firstFailed !== undefined) return { kind: 'failed', failure: failureOfMember(results.get(firstFailed)) };
  return { kind: 'values', values: valuesOf(group, (id) => results.get(id)?.result) as readonly unknown[] };
}

/** The failure of a chord whose group item does not exist any more, with Celery's text. */
export function groupGoneFailure(groupId: string): ChordFailure {
  const error = chordError(`GroupResult ${groupId} no longer exists`, null);
  return { error, cause: error };
}

/** The failure of a chord whose body cannot be sent, with Celery's text. */
export function callbackErrorFailure({ name, message }: Error): ChordFailure {
  const type = name === 'CanvasError' ? 'ImproperlyConfigured' : name;
  const error = chordError(`Callback error: ${exceptionRepr({ type, args: [message] })}`, null);
  return { error, cause: error };
}

/**
 * Expands the body of a chord whose members have all succeeded. The ids derive from the group id: they do not depend on
 * which member ended last.
 */
export function expandChordBody(
  member: EndedMember,
  values: readonly unknown[],
  last: LastMember,
  context: ContinuationContext,
): Expansion {
  return runSteps(chordBodyInSteps(member, values, last, context));
}

/** As `expandChordBody`, in steps. Throws CanvasError TOO_LARGE if the body exceeds a limit. */
export function* chordBodyInSteps(
  { groupId, chord }: EndedMember,
  values: readonly unknown[],
  last: LastMember,
  context: ContinuationContext,
): Steps<Expansion> {
  yield* new ExpansionSize().add(chord);
  const sender = {
    ...senderOf(context),
    rootId: last.rootId,
    parentId: last.id,
    newId: derivedIds(groupId, 'body'),
  };
  return yield* expandInSteps(chord, { args: [values] }, sender);
}

/** The continuations of a chord whose body cannot run: the body fails, and all steps after it. */
export function continuationsOfFailedChord(
  member: EndedMember,
  failure: ChordFailure,
  last: LastMember,
  context: ContinuationContext,
): Continuations {
  return runSteps(failedChordInSteps(member, failure, last, context));
}

/** As `continuationsOfFailedChord`, in steps. Throws CanvasError TOO_LARGE if the errbacks exceed a limit. */
export function* failedChordInSteps(
  { chord }: EndedMember,
  failure: ChordFailure,
  last: LastMember,
  context: ContinuationContext,
): Steps<Continuations> {
  const isGroup = kindOf(finalTaskOf(chord)) === 'group';
  const reason = isGroup ? failure.cause : failure.error; // As in Celery: the members of a group fail with the cause itself.
  const size = new ExpansionSize();
  const unreachable = yield* failInSteps([chord, ...signaturesIn(chord.options.chain)], reason, size);
  const notified = yield* mapInSteps(failedTargetsOf(chord), function* ([target, errbacksOfTarget]) {
    const failed = failedTask(target, last);
    return { failed, ...(yield* callErrbacks(errbacksOfTarget(), failed, reason, context, size)) };
  });
  const children = new Map<string, readonly ResultTuple[]>();
  for (const { failed, expansions } of notified)
    children.set(failed.id, [...(children.get(failed.id) ?? []), ...expansions.flatMap(childrenIn)]);
  return {
    ...noContinuations,
    endedMembers: unreachable.endedMembers,
    failedSteps: unreachable.failedSteps.map((step) => withChildren(step, children.get(step.id) ?? [])),
    expansions: notified.flatMap(({ expansions }) => expansions),
    errbacks: notified.flatMap(({ errbacks }) => errbacks),
  };
}

function withChildren(step: FailedStep, children: readonly ResultTuple[]): FailedStep {
  return children.length === 0 ? step : { ...step, children };
}

function childrenIn({ children }: Expansion): readonly ResultTuple[] {
  return children;
}

/**
 * The results of a body, each with the function that returns the errbacks to call, each errback once. A body that is a group
 * has one result for each member.
 *
 * If the chord is a member of the header of another one, that fails, too. Celery links the errbacks of the outer chord to
 * the bodies in its header as well: they are left out here, and called when the outer chord fails.
 */
function failedTargetsOf(body: WireSignature): readonly (readonly [WireSignature, () => readonly WireSignature[]])[] {
  const target = finalTaskOf(body);
  const ofOuter = [body, target].flatMap(({ options }) => signaturesIn(options.chord)).flatMap(errbacksOf);
  const known = ofOuter.map(contentOf);
  const withoutRepeats = (all: readonly WireSignature[]) => {
    const seen = new Set(known);
    return all.filter((errback) => {
      const before = seen.size;
      return seen.add(contentOf(errback)).size > before;
    });
  };
  const errbacks = errbacksOf(body);
  if (kindOf(body) === 'chain' || kindOf(target) !== 'group') return [[target, () => withoutRepeats(errbacks)]];
  return membersOf(target).map((member) => [
    finalTaskOf(member),
    () => withoutRepeats([...errbacksOf(member), ...errbacks]),
  ]);
}

function failedTask({ task, options }: WireSignature, { rootId }: LastMember): Errback['failed'] {
  return { id: idIn(options.task_id) ?? '', task, rootId: textIn(options.root_id) ?? rootId };
}

/** The failure of the first member that failed, with Python's texts. A member without a result counts as timed out. */
function failureOfMember(member: StoredResult | undefined): ChordFailure {
  const { type, args, module } = member?.exception ?? timeoutError;
  const cause = failureOf(type, args, module ?? 'builtins', member?.traceback ?? null);
  return { error: chordError(exceptionRepr({ type, args }), cause.traceback), cause };
}

const timeoutError = { type: 'TimeoutError', module: 'celery.exceptions', args: ['The operation timed out.'] };

function chordError(text: string, causeTraceback: string | null): Failure {
  const own = `celery.exceptions.ChordError: ${text}\n`;
  const chained = `${causeTraceback}\nThe above exception was the direct cause of the following exception:\n\n${own}`;
  return failureOf('ChordError', [text], 'celery.exceptions', causeTraceback === null ? own : chained);
}
