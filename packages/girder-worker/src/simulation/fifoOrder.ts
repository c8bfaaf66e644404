import type { Outcome } from '../outcome/outcome.ts';

/** Watches the FIFO message groups: a task begins only when each that was sent before it into its group has ended, or is sent again. */
export interface FifoOrder {
  /** A client sends a task into a group. */
  sent(group: string, id: string): void;
  /** A run of a task has ended. */
  ended(id: string, state: Outcome['state']): void;
  /** A task begins. Returns a task before it in its group whose turn is not over, if there is one. */
  began(id: string): string | undefined;
}

/** @param isTerminal whether the result of a task is stored: it may have been revoked before it ran */
export function createFifoOrder(isTerminal: (id: string) => boolean): FifoOrder {
  const lastOfGroups = new Map<string, string>();
  /** The task that was sent before a task into its group, as long as it may be the one whose turn it is. */
  const predecessors = new Map<string, string>();
  /** The tasks whose retry or replacement was sent, to the end of the queue. */
  const sentAgain = new Set<string>();

  return {
    sent(group, id) {
      const last = lastOfGroups.get(group);
      if (last !== undefined) predecessors.set(id, last);
      lastOfGroups.set(group, id);
    },
    ended(id, state) {
      if (state === 'RETRY' || state === 'REPLACED') sentAgain.add(id);
    },
    began(id) {
      for (let earlier = predecessors.get(id); earlier !== undefined; earlier = predecessors.get(earlier))
        if (!sentAgain.has(earlier) && !isTerminal(earlier)) return earlier;
      predecessors.delete(id);
      return undefined;
    },
  };
}
