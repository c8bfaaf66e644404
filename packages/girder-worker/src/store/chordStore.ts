import type { ResultTuple } from './storedResult.ts';

/** A member of a chord's header that has ended. */
export interface ChordMember {
  /**
   * The index in the header (`group_index`), null if the message has none. It only selects the item in which the member is
   * recorded, and need not be unique.
   */
  readonly index: number | null;
  /** The member's task id. It identifies the member: in a header of chains that end in groups, indexes repeat. */
  readonly memberId: string;
}

export interface ChordCount {
  /** How many members have ended, including those of Python workers. */
  readonly count: number;
  /** Whether this call raised the count. Exactly one call raises it to any given number. */
  readonly isNew: boolean;
}

/** Groups that can be restored by id, and chords: groups whose ended members are counted (docs/wire-format.md §3). */
export interface ChordStore {
  /** Writes Celery's two items, the counter and the group. A chord that exists keeps its count. */
  startChord(groupId: string, group: ResultTuple): Promise<void>;
  /**
   * Counts a member that has ended; further calls for the same member do not raise the count. The counter is shared with
   * Python workers, which count every delivery. Resolves to undefined if there is no counter: Python deletes it after it
   * has sent the body.
   */
  countChordMember(groupId: string, member: ChordMember): Promise<ChordCount | undefined>;
  /** Makes the items of a chord expire, later than any duplicate can arrive. To be called after the body was sent. */
  endChord(groupId: string): Promise<void>;
  /** Makes a group restorable, as Celery's `GroupResult.save`. */
  saveGroup(groupId: string, group: ResultTuple): Promise<void>;
  /** Resolves to undefined if no such group is saved. Rejects with UnreadableResultError if the item has another form. */
  readGroup(groupId: string): Promise<ResultTuple | undefined>;
  /** Deletes a group, as Celery's `GroupResult.delete`; the results of its members are kept. */
  forgetGroup(groupId: string): Promise<void>;
}
