import type { ResultTuple } from './storedResult.ts';

/** A member of a chord's header that has ended. */
export interface ChordMember {
  /**
   * The place in the header, null if it is not known. It only selects the item in which the member is recorded, and need not be unique,
   * unless the chord has more than `maxSharedMembers`.
   */
  readonly index: number | null;
  /** The member's task id. It identifies the member: in a header of chains that end in groups, indexes repeat. */
  readonly memberId: string;
}

export interface ChordCount {
  /**
   * How many members have ended, including those of Python workers, which count each delivery. Of a chord of more than `maxSharedMembers`
   * it may be less, but not when the last one has ended.
   */
  readonly count: number;
  /** Whether this call raised the count. Exactly one call raises it to any given number. */
  readonly isNew: boolean;
  /** Whether `endChord` was called: the body was sent. */
  readonly isEnded: boolean;
}

/** The members up to which Python workers may take part in a chord: the ids of more of them do not fit into Celery's item of the group. */
export const maxSharedMembers = 16_000;

/** Groups that can be restored by id, and chords: groups whose ended members are counted (docs/wire-format.md §3). */
export interface ChordStore {
  /** Writes the counter and the group, in Celery's two items. A chord that exists keeps its count. */
  startChord(groupId: string, group: ResultTuple): Promise<void>;
  /**
   * Counts a member that has ended; further calls for the same member do not raise the count. The counter is shared with
   * Python workers, which count every delivery. Resolves to undefined if there is no counter: Python deletes it after it
   * has sent the body. `size` is the number of the chord's members, the same at each call. @default 0, if it is not known
   */
  countChordMember(groupId: string, member: ChordMember, size?: number): Promise<ChordCount | undefined>;
  /** Reads the ids of the members that `countChordMember` has counted: those that have ended, but for those of Python workers. */
  countedMembers(groupId: string): Promise<ReadonlySet<string>>;
  /**
   * Keeps the results of the members that have ended for another 28 days, or `ttl_seconds`. Does so at most once in a week, as it writes
   * one item for each member; `membersOf` returns their ids. To be called at least as often while a member waits.
   */
  keepResults(groupId: string, membersOf: (group: ResultTuple) => readonly string[]): Promise<void>;
  /** Records that the body was sent, and makes the items of a chord expire, later than any duplicate can arrive. */
  endChord(groupId: string): Promise<void>;
  /** Makes a group restorable, as Celery's `GroupResult.save`. */
  saveGroup(groupId: string, group: ResultTuple): Promise<void>;
  /** Resolves to undefined if no such group is saved. Rejects with UnreadableResultError if the item has another form. */
  readGroup(groupId: string): Promise<ResultTuple | undefined>;
  /** Deletes a group, as Celery's `GroupResult.delete`; the results of its members are kept. */
  forgetGroup(groupId: string): Promise<void>;
}
