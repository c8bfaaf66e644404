import { taskIdsOf } from '../canvas/apply/resultTuple.ts';
import {
  collectHeaderResults,
  continuationsOfFailedChord,
  expandChordBody,
  groupGoneFailure,
} from '../canvas/continuations/chord.ts';
import {
  type ContinuationContext,
  type Continuations,
  noContinuations,
} from '../canvas/continuations/continuations.ts';
import type { EndedMember } from '../canvas/continuations/failUnreachable.ts';
import type { Message } from '../message/message.ts';
import type { DispatcherDeps } from './deps.ts';

/**
 * Counts a member of a chord that has ended. After the last member, returns what follows: the body, or its failure. A
 * duplicate of the last member returns the same again. `message` is the message of the task that ended the member.
 */
export async function countChordMember(
  { store, log }: Pick<DispatcherDeps, 'store' | 'log'>,
  context: ContinuationContext,
  message: Message,
  member: EndedMember,
): Promise<Continuations> {
  const counted = await store.countChordMember(member.groupId, member);
  if (!counted) {
    log.info(`Chord ${member.groupId} has no counter any more: a Python worker has published its body`);
    return noContinuations;
  }
  const group = await store.readGroup(member.groupId);
  if (!group) return continuationsOfFailedChord(member, groupGoneFailure(member.groupId), message, context);

  const ids = taskIdsOf(group);
  if (counted.count < chordSize(member, ids)) return noContinuations;
  const header = collectHeaderResults(group, await store.readMany(ids));
  if (header.kind === 'failed') return continuationsOfFailedChord(member, header.failure, message, context);
  return { ...noContinuations, expansions: [expandChordBody(member, header.values, message, context)] };
}

/** Celery writes the size into the body if its backend counts in another way; otherwise it is the size of the group. */
function chordSize({ chord }: EndedMember, members: readonly string[]): number {
  const { chord_size: size } = chord as { readonly chord_size?: unknown };
  return typeof size === 'number' ? size : members.length;
}
