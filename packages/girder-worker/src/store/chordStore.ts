import type { ResultTuple } from './storedResult.ts';

/** A member of a chord's header that has ended. */
export interface ChordPart {
  /** Its place in the header, where the message tells it; only says where the part is noted, and need not be its own. */
  readonly index: number | null;
  /** The task id by which a part is told from others: places repeat where a header has chains that end in a group. */
  readonly memberId: string;
}

export interface CountedPart {
  /** How many parts have ended, those of Python workers included. */
  readonly count: number;
  /** Whether this call raised the count; of all calls, one alone raises it to any given number. */
  readonly isNew: boolean;
}

/** Groups that can be restored by id, and chords: groups whose ended members are counted (wire specification §3). */
export interface ChordStore {
  /** Writes Celery's two items, the counter and the group; a chord that exists keeps its count. */
  startChord(groupId: string, group: ResultTuple): Promise<void>;
  /**
   * Counts a part that has ended, once however often it is told. Shares its counter with Python workers, who count each
   * delivery of theirs. Undefined where there is no counter: Python deletes it when it has sent the body.
   */
  countChordPart(groupId: string, part: ChordPart): Promise<CountedPart | undefined>;
  /** Lets the items of a chord expire, later than any duplicate may come: its body has been sent. */
  endChord(groupId: string): Promise<void>;
  /** Makes a group restorable, as Celery's `GroupResult.save`. */
  saveGroup(groupId: string, group: ResultTuple): Promise<void>;
  /** Undefined where there is no such group. Rejects with UnreadableResultError what is not one of Celery's. */
  readGroup(groupId: string): Promise<ResultTuple | undefined>;
  /** Deletes a group, not its members' results, as Celery's `GroupResult.delete`. */
  forgetGroup(groupId: string): Promise<void>;
}
