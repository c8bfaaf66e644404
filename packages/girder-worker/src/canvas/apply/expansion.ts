import type { OutgoingMessage } from '../../message/encode.ts';
import type { ResultTuple } from '../../store/resultStore.ts';

/** A chord whose members are to be counted: written before any of its messages is published. */
export interface StartedChord {
  readonly groupId: string;
  /** The result of its header: the group with all members. */
  readonly members: ResultTuple;
}

/** What sending a signature comes to. */
export interface Expansion {
  readonly chords: readonly StartedChord[];
  /** In the order to publish. */
  readonly messages: readonly OutgoingMessage[];
  /** What the sender gets: the last task of a chain, the body of a chord; each tells what came before it. */
  readonly result: ResultTuple;
  /** What the task that sends it has as its children: what is sent now, of a chord the header. */
  readonly children: readonly ResultTuple[];
}

/** Several expansions that are sent as one. */
export function mergeExpansions(parts: readonly Expansion[], of: Pick<Expansion, 'result' | 'children'>): Expansion {
  return { chords: parts.flatMap(({ chords }) => chords), messages: parts.flatMap(({ messages }) => messages), ...of };
}
