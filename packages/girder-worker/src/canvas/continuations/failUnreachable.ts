import type { Failure } from '../../outcome/failure.ts';
import { bodyOf, kindOf, type Signature, signaturesIn, tasksOf, textIn } from '../signatures/signature.ts';

/** A task that never runs: its failure is to be stored, for those who wait for it. */
export interface FailedStep {
  readonly id: string;
  readonly group: string | null;
  readonly parentId: string | null;
  readonly failure: Failure;
}

/** A task of a chord's header that has ended, or never will run: it is to be counted. */
export interface ChordPart {
  readonly groupId: string;
  readonly index: number | null;
  readonly memberId: string;
  /** The body of the chord. */
  readonly chord: Signature;
}

export interface UnreachableResults {
  readonly failedSteps: readonly FailedStep[];
  readonly chordParts: readonly ChordPart[];
}

/**
 * What it comes to that a frozen signature will not be sent: each result in it that anybody may wait for has failed.
 * The members of a chord's header are not among them; nobody but the chord has waited for them.
 */
export function failUnreachable(signature: Signature, failure: Failure): UnreachableResults {
  switch (kindOf(signature)) {
    case 'task':
      return { failedSteps: stepOf(signature, failure), chordParts: partOf(signature) };
    case 'chain':
      return failAllUnreachable(tasksOf(signature), failure);
    case 'group':
      return withItself(signature, failAllUnreachable(tasksOf(signature), failure), failure);
    case 'chord':
      return withItself(signature, failAllUnreachable([bodyOf(signature)], failure), failure);
  }
}

export function failAllUnreachable(signatures: readonly Signature[], failure: Failure): UnreachableResults {
  const all = signatures.map((signature) => failUnreachable(signature, failure));
  return {
    failedSteps: all.flatMap(({ failedSteps }) => failedSteps),
    chordParts: all.flatMap(({ chordParts }) => chordParts),
  };
}

/** The result of a frozen signature: of a chord that of its body, of a chain that of its last step. */
export function finalTaskOf(signature: Signature): Signature {
  switch (kindOf(signature)) {
    case 'task':
    case 'group':
      return signature;
    case 'chord':
      return finalTaskOf(bodyOf(signature));
    case 'chain': {
      const last = tasksOf(signature).at(-1);
      return last ? finalTaskOf(last) : signature;
    }
  }
}

/** The errbacks of whatever a signature's result is the result of, which a chord has beside those of its body. */
export function errbacksOf(signature: Signature): readonly Signature[] {
  const own = signaturesIn(signature.options.link_error);
  return kindOf(signature) === 'chord' ? [...own, ...errbacksOf(bodyOf(signature))] : own;
}

/** Celery stores the failure of groups and chords under their own ids, too. */
function withItself(
  signature: Signature,
  { failedSteps, chordParts }: UnreachableResults,
  failure: Failure,
): UnreachableResults {
  return { failedSteps: [...stepOf(signature, failure), ...failedSteps], chordParts };
}

function stepOf({ options }: Signature, failure: Failure): readonly FailedStep[] {
  const id = textIn(options.task_id);
  if (id === undefined) return [];
  return [{ id, group: textIn(options.group_id) ?? null, parentId: textIn(options.parent_id) ?? null, failure }];
}

function partOf({ options }: Signature): readonly ChordPart[] {
  const [chord] = signaturesIn(options.chord);
  const memberId = textIn(options.task_id);
  const groupId = textIn(options.group_id);
  if (!chord || memberId === undefined || groupId === undefined) return [];
  return [{ groupId, index: typeof options.group_index === 'number' ? options.group_index : null, memberId, chord }];
}
