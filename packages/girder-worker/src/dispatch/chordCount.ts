import { leavesOf } from '../canvas/apply/resultTuple.ts';
import { chordBody, chordFailure, collectHeaderResults, groupGone } from '../canvas/continuations/chord.ts';
import {
  type ContinuationContext,
  type Continuations,
  noContinuations,
} from '../canvas/continuations/continuations.ts';
import type { ChordPart } from '../canvas/continuations/failUnreachable.ts';
import type { Message } from '../message/message.ts';
import type { DispatcherDeps } from './stations.ts';

/**
 * Counts a part of a chord that has ended, and gives what follows when it was the last: the body, or its failure. A
 * duplicate of the last part gives the same again.
 */
export function createChordCount({ store, log }: DispatcherDeps) {
  return async (part: ChordPart, message: Message, context: ContinuationContext): Promise<Continuations> => {
    const counted = await store.countChordPart(part.groupId, part);
    if (!counted) {
      log.info(`The chord ${part.groupId} is over: a Python worker has sent its body`);
      return noContinuations;
    }
    const group = await store.readGroup(part.groupId);
    if (!group) return chordFailure(part, groupGone(part.groupId), message, context);

    const ids = leavesOf(group);
    if (counted.count < sizeOf(part, ids)) return noContinuations;
    const gathered = collectHeaderResults(group, await store.readMany(ids));
    if (gathered.kind === 'failed') return chordFailure(part, gathered.failure, message, context);
    return { ...noContinuations, expansions: [chordBody(part, gathered.values, message, context)] };
  };
}

/** Celery writes the size into the body where its backend counts otherwise; else it is that of the group. */
function sizeOf({ chord }: ChordPart, members: readonly string[]): number {
  const { chord_size: size } = chord as { readonly chord_size?: unknown };
  return typeof size === 'number' ? size : members.length;
}
