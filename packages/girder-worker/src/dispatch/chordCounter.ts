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
import type { ChordStore, ResultTuple } from '../store/resultStore.ts';
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
 * duplicate of the last member returns the same again. `message` is the message of the task that ended the member. A task that
 * the group does not name is no member, whatever its message says, and nothing follows.
 */
export type CountChordMember = (message: Message, member: EndedMember) => Promise<Continuations>;

export function createChordCounter(
  { store, log }: Pick<DispatcherDeps, 'store' | 'log'>,
  planner: ChordPlanner,
): CountChordMember {
  const groupOf = createGroupReader(store);

  return async (message, member) => {
    const { groupId, memberId } = member;
    const group = await groupOf(groupId, memberId);
    if (group && !group.ids.has(memberId)) {
      log.warn(`Task ${memberId} is no member of chord ${groupId}, although its message says so: it is not counted`);
      return noContinuations;
    }
    const counted = await store.countChordMember(groupId, member);
    if (!counted) {
      log.info(`Chord ${groupId} has no counter any more: a Python worker has published its body`);
      return noContinuations;
    }
    if (!group) return planner.failedChord(message, member, groupGoneFailure(groupId));
    if (counted.count < chordSize(member, group)) return noContinuations;
    const header = collectHeaderResults(group.result, await store.readMany([...group.ids]));
    if (header.kind === 'failed') return planner.failedChord(message, member, header.failure);
    try {
      return await planner.chordBody(message, member, header.values);
    } catch (error) {
      if (!isUnsendable(error)) throw error;
      return planner.failedChord(message, member, callbackErrorFailure(error));
    }
  };
}

/** A saved group, and the ids of its members. */
interface Group {
  readonly result: ResultTuple;
  readonly ids: ReadonlySet<string>;
}

/**
 * Returns a function that resolves to a group; undefined if it is not saved. It keeps the last group, as the members of a chord end one
 * after another, and reads it again if it does not name the member: a client may have sent the chord again.
 */
function createGroupReader(
  store: Pick<ChordStore, 'readGroup'>,
): (groupId: string, memberId: string) => Promise<Group | undefined> {
  let last: (Group & { readonly groupId: string }) | undefined;
  return async (groupId, memberId) => {
    if (last?.groupId === groupId && last.ids.has(memberId)) return last;
    const result = await store.readGroup(groupId);
    last = result && { groupId, result, ids: new Set(taskIdsOf(result)) };
    return last;
  };
}

/** Celery writes the size into the body if its backend counts in another way; otherwise it is the size of the group. */
function chordSize({ chord }: EndedMember, { ids }: Group): number {
  const { chord_size: size } = chord as { readonly chord_size?: unknown };
  return typeof size === 'number' ? size : ids.size;
}
