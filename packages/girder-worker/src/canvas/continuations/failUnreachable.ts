import type { Failure } from '../../outcome/failure.ts';
import type { ChordMember, ResultTuple } from '../../store/resultStore.ts';
import { bodyOf, idIn, kindOf, signaturesIn, tasksOf, textIn, type WireSignature } from '../signatures/signature.ts';

/** A task that will never run. Its failure must be stored for the clients that wait for its result. */
export interface FailedStep {
  readonly id: string;
  readonly group: string | null;
  readonly parentId: string | null;
  readonly failure: Failure;
  /** The results of what is sent because of the failure. @default none */
  readonly children?: readonly ResultTuple[];
}

/** A member of a chord's header that has ended or will never run. It must be counted. */
export interface EndedMember extends ChordMember {
  readonly groupId: string;
  /** The body of the chord. */
  readonly chord: WireSignature;
}

/** What must be stored and counted because signatures will never be sent. */
export interface UnreachableResults {
  readonly failedSteps: readonly FailedStep[];
  readonly endedMembers: readonly EndedMember[];
}

/**
 * Fails a frozen signature that will not be sent: each result in it that a client may wait for. The members of a chord's
 * header are left out, as only the chord waits for them.
 */
export function failUnreachable(signature: WireSignature, failure: Failure): UnreachableResults {
  switch (kindOf(signature)) {
    case 'task':
      return { failedSteps: failedStepOf(signature, failure), endedMembers: endedMemberOf(signature) };
    case 'chain':
      return failAllUnreachable(tasksOf(signature), failure);
    case 'group':
      return withOwnResult(signature, failAllUnreachable(tasksOf(signature), failure), failure);
    case 'chord':
      return withOwnResult(signature, failAllUnreachable([bodyOf(signature)], failure), failure);
  }
}

export function failAllUnreachable(signatures: readonly WireSignature[], failure: Failure): UnreachableResults {
  const all = signatures.map((signature) => failUnreachable(signature, failure));
  return {
    failedSteps: all.flatMap(({ failedSteps }) => failedSteps),
    endedMembers: all.flatMap(({ endedMembers }) => endedMembers),
  };
}

/** The task or group whose result is the result of a frozen signature: of a chord in its body, of a chain in its last step. */
export function finalTaskOf(signature: WireSignature): WireSignature {
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

/** The errbacks of a signature; of a chord also those of its body. */
export function errbacksOf(signature: WireSignature): readonly WireSignature[] {
  const own = signaturesIn(signature.options.link_error);
  return kindOf(signature) === 'chord' ? [...own, ...errbacksOf(bodyOf(signature))] : own;
}

/** Celery also stores the failure of a group and of a chord under its own id. */
function withOwnResult(
  signature: WireSignature,
  { failedSteps, endedMembers }: UnreachableResults,
  failure: Failure,
): UnreachableResults {
  return { failedSteps: [...failedStepOf(signature, failure), ...failedSteps], endedMembers };
}

function failedStepOf({ options }: WireSignature, failure: Failure): readonly FailedStep[] {
  const id = idIn(options.task_id);
  if (id === undefined) return [];
  return [{ id, group: idIn(options.group_id) ?? null, parentId: textIn(options.parent_id) ?? null, failure }];
}

function endedMemberOf({ options }: WireSignature): readonly EndedMember[] {
  const [chord] = signaturesIn(options.chord);
  const memberId = idIn(options.task_id);
  const groupId = idIn(options.group_id);
  if (!chord || memberId === undefined || groupId === undefined) return [];
  return [{ groupId, index: typeof options.group_index === 'number' ? options.group_index : null, memberId, chord }];
}
