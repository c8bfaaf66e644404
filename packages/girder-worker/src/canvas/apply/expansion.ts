import type { OutgoingMessage } from '../../message/encode.ts';
import type { ResultTuple } from '../../store/resultStore.ts';

/** A chord that must be written before its messages are published, so that its members can be counted. */
export interface StartedChord {
  readonly groupId: string;
  /** The result of the header: the group with all members. */
  readonly members: ResultTuple;
}

/** All that must be written and published in order to run a signature. */
export interface Expansion {
  readonly chords: readonly StartedChord[];
  /** In the order in which they are published. */
  readonly messages: readonly OutgoingMessage[];
  /** The result that the sender waits for: of a chain the last task, of a chord the body. It links to the results before it. */
  readonly result: ResultTuple;
  /** The children of the task that sends it: the results of what is published now; of a chord the header. */
  readonly children: readonly ResultTuple[];
}

/** Joins expansions into one, with this result and these children. */
export function mergeExpansions(parts: readonly Expansion[], whole: Pick<Expansion, 'result' | 'children'>): Expansion {
  return {
    chords: parts.flatMap(({ chords }) => chords),
    messages: parts.flatMap(({ messages }) => messages),
    ...whole,
  };
}
