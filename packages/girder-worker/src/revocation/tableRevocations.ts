import type { Message } from '../message/message.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { stampRevocationKeysOf } from '../store/stampKeys.ts';
import { type RevocationSource, strongestRevocation } from './revocationSource.ts';

/** The revocations in the result table: of a task by its id, and of all tasks with a stamp by the keys of its stamps. */
export function createTableRevocations(store: Pick<ResultStore, 'findRevocations'>): RevocationSource {
  /** The keys of a running task, each a hash, so that a poll does not compute them again. */
  const keys = new WeakMap<Message, readonly string[]>();
  const keysOf = (message: Message): readonly string[] => {
    const known = keys.get(message) ?? [message.id, ...stampRevocationKeysOf(message.stamps)];
    keys.set(message, known);
    return known;
  };

  return {
    name: 'the result table',

    /** The answer of the claim already says whether the task itself is revoked; a task without stamps costs no read. */
    async findBeforeRun({ stamps }) {
      const stampKeys = stampRevocationKeysOf(stamps);
      if (stampKeys.length === 0) return undefined;
      return strongestRevocation([...(await store.findRevocations(stampKeys)).values()]);
    },

    async findWhileRunning(messages) {
      const found = await store.findRevocations([...new Set(messages.flatMap(keysOf))]);
      const revocations = messages.map(
        (message) => [message.id, strongestRevocation(keysOf(message).map((key) => found.get(key)))] as const,
      );
      return new Map(revocations.flatMap(([id, revocation]) => (revocation ? [[id, revocation] as const] : [])));
    },
  };
}
