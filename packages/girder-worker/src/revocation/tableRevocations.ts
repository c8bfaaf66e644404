import type { Message } from '../message/message.ts';
import type { ResultStore, Revocation } from '../store/resultStore.ts';
import { stampRevocationKeysOf } from '../store/stampKeys.ts';
import { type RevocationSource, strongestRevocation } from './revocationSource.ts';

/** The revocations in the result table: of a task by its id, and of all tasks with a stamp by the keys of its stamps. */
export function createTableRevocations(
  store: Pick<ResultStore, 'findRevocations' | 'findStampRevocations'>,
): RevocationSource {
  /** The stamp revocation keys of a running task, each a hash, so that a poll does not compute them again. */
  const keys = new WeakMap<Message, readonly string[]>();
  const keysOf = (message: Message): readonly string[] => {
    const known = keys.get(message) ?? stampRevocationKeysOf(message.stamps);
    keys.set(message, known);
    return known;
  };
  const findStamps = async (stampKeys: readonly string[]): Promise<ReadonlyMap<string, Revocation>> =>
    stampKeys.length === 0 ? new Map() : store.findStampRevocations(stampKeys);

  return {
    name: 'the result table',

    /** The answer of the claim already says whether the task itself is revoked; a task without stamps costs no read. */
    async findBeforeRun({ stamps }) {
      return strongestRevocation([...(await findStamps(stampRevocationKeysOf(stamps))).values()]);
    },

    async findWhileRunning(messages) {
      const [ids, stamps] = await Promise.all([
        store.findRevocations([...new Set(messages.map(({ id }) => id))]),
        findStamps([...new Set(messages.flatMap(keysOf))]),
      ]);
      const revocations = messages.map((message) => {
        const found = [ids.get(message.id), ...keysOf(message).map((key) => stamps.get(key))];
        return [message.id, strongestRevocation(found)] as const;
      });
      return new Map(revocations.flatMap(([id, revocation]) => (revocation ? [[id, revocation] as const] : [])));
    },
  };
}
