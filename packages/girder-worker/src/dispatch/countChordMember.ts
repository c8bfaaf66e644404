import { taskIdsOf } from '../canvas/apply/resultTuple.ts';
import {
  type ChordFailure,
  callbackErrorFailure,
  collectHeaderResults,
  groupGoneFailure,
} from '../canvas/continuations/chord.ts';
import type { EndedMember } from '../canvas/continuations/failUnreachable.ts';
import { type Continuations, noContinuations } from '../canvas/continuations/plan.ts';
import type { Message } from '../message/message.ts';
import { isUnsendable } from './continuations.ts';
import type { DispatcherDeps } from './deps.ts';

/** Plans what follows the last member of a chord. */
export interface ChordPlanner {
  /** The body. Rejects with an error that `isUnsendable` if it cannot be sent. */
  chordBody(message: Message, member: EndedMember, values: readonly unknown[]): Promise<Continuations>;
  /** The failure of the body. What cannot be sent is left out. */
  failedChord(message: Message, member: EndedMember, failure: ChordFailure): Promise<Continuations>;
}

/**
 * Counts a member of a chord that has ended. After the last member, returns what follows: the body, or its failure. A
 * duplicate of the last member returns the same again. `message` is the message of the task that ended the member.
 */
export async function countChordMember(
  { store, log }: Pick<DispatcherDeps, 'store' | 'log'>,
  planner: ChordPlanner,
  message: Message,
  member: EndedMember,
): Promise<Continuations> {
  const counted = await store.countChordMember(member.groupId, member);
  if (!counted) {
    log.info(`Chord ${member.groupId} has no counter any more: a Python worker has published its body`);
    return noContinuations;
  }
  const group = await store.readGroup(member.groupId);
  if (!group) return planner.failedChord(message, member, groupGoneFailure(member.groupId));

  const ids = taskIdsOf(group);
  if (counted.count < chordSize(member, ids)) return noContinuations;
  const header = collectHeaderResults(group, await store.readMany(ids));
  if (header.kind === 'failed') return planner.failedChord(message, member, header.failure);
  try {
    return await planner.chordBody(message, member, header.values);
  } catch (error) {
    if (!isUnsendable(error)) throw error;
    return planner.failedChord(message, member, callbackErrorFailure(error));
  }
}

/** Celery writes the size into the body if its backend counts in another way; otherwise it is the size of the group. */
function chordSize({ chord }: EndedMember, members: readonly string[]): number {
  const { chord_size: size } = chord as { readonly chord_size?: unknown };
  return typeof size === 'number' ? size : members.length;
}
