import type { System } from '../../system/system.ts';
import { maxWaitSeconds } from '../limits.ts';
import type { ResultStore } from '../resultStore.ts';
import { readItem, revocationOf } from './item.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table } from './table.ts';
import { revokeStampUpdate } from './updates.ts';

export interface DynamodbRevocationsOptions {
  readonly table: Table;
  readonly keys: ItemKeys;
  readonly system: Pick<System, 'now'>;
  /** How long results are kept. */
  readonly keptSeconds: number;
}

/** The revocations of tasks as running workers read them, and those of stamps. */
export function createDynamodbRevocations({
  table,
  keys,
  system,
  keptSeconds,
}: DynamodbRevocationsOptions): Pick<ResultStore, 'findRevocations' | 'revokeStamp' | 'findStampRevocations'> {
  return {
    async findRevocations(ids) {
      const items = await table.getAll(ids.map(keys.task), { consistent: false });
      const revocations = ids.map(async (id) => {
        const attributes = items.get(keys.task(id));
        const revocation = attributes && (await revocationOf(readItem(attributes)));
        return revocation ? [[id, revocation] as const] : [];
      });
      return new Map((await Promise.all(revocations)).flat());
    },

    async revokeStamp(key, revocation) {
      // A task with the stamp may wait for its eta longer than results are kept.
      const update = revokeStampUpdate(system.now(), keptSeconds + maxWaitSeconds, revocation);
      await table.update(keys.stamp(key), update);
    },

    async findStampRevocations(stampKeys) {
      const items = await table.getAll([...new Set(stampKeys.map(keys.stamp))], { consistent: false });
      const revocations = stampKeys.map((key) => {
        const attributes = items.get(keys.stamp(key));
        const revocation = attributes && readItem(attributes).revocation;
        return revocation ? [[key, revocation] as const] : [];
      });
      return new Map(revocations.flat());
    },
  };
}
