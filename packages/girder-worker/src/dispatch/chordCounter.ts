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
import type { ChordStore, ResultTuple, StoredResult } from '../store/resultStore.ts';
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
 * Counts a member of a chord that has ended. After the last member, returns what follows: the body, or its failure. Until it is
 * published, a duplicate of a member returns the same again. `message` is the message of the task that ended the member. A task that
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
    if (group && !group.places.has(memberId)) {
      log.warn(`Task ${memberId} is no member of chord ${groupId}, although its message says so: it is not counted`);
      return noContinuations;
    }
    const index = group?.places.get(memberId) ?? member.index;
    const counted = await store.countChordMember(groupId, { index, memberId }, group?.places.size);
    if (!counted) {
      log.info(`Chord ${groupId} has no counter any more: a Python worker has published its body`);
      return noContinuations;
    }
    if (counted.isEnded) return noContinuations;
    if (!group) return planner.failedChord(message, member, groupGoneFailure(groupId));
    if (counted.count < chordSize(member, group)) return noContinuations;
    const results = await store.readForContinuations([...group.places.keys()]);
    if (await isUnfinished(groupId, group, results)) return noContinuations;
    const header = collectHeaderResults(group.result, results);
    if (header.kind === 'failed') return planner.failedChord(message, member, header.failure);
    try {
      return await planner.chordBody(message, member, header.values);
    } catch (error) {
      if (!isUnsendable(error)) throw error;
      return planner.failedChord(message, member, callbackErrorFailure(error));
    }
  };

  /**
   * Whether a member has not ended, although the count says so: Python workers count each delivery, also of a member that SQS delivers
   * twice. Its own end will be counted.
   */
  async function isUnfinished(groupId: string, group: Group, results: ReadonlyMap<string, StoredResult>) {
    const open = [...group.places.keys()].filter((id) => !finalStates.has(results.get(id)?.state ?? ''));
    if (open.length === 0) return false;
    const ended = await store.countedMembers(groupId); // Members without a result, such as one that Python's `forget()` has deleted, have ended.
    return !open.every((id) => ended.has(id));
  }
}

const finalStates: ReadonlySet<string> = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

/** A saved group, and the places of its members by their ids. */
interface Group {
  readonly result: ResultTuple;
  readonly places: ReadonlyMap<string, number>;
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
    if (last?.groupId === groupId && last.places.has(memberId)) return last;
    const result = await store.readGroup(groupId);
    last = result && { groupId, result, places: new Map(taskIdsOf(result).map((id, place) => [id, place])) };
    return last;
  };
}

/** Celery writes the size into the body if its backend counts in another way; otherwise it is the size of the group. */
function chordSize({ chord }: EndedMember, { places }: Group): number {
  const { chord_size: size } = chord as { readonly chord_size?: unknown };
  return typeof size === 'number' ? size : places.size;
}
