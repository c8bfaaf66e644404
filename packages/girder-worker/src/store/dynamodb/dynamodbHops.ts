import type { System } from '../../system/system.ts';
import type { Hop, HopStore } from '../hopStore.ts';
import { hopKeptSeconds, hopLastsMs } from '../limits.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table, Update } from './table.ts';

export interface DynamodbHopsOptions {
  readonly table: Table;
  readonly keys: ItemKeys;
  readonly system: Pick<System, 'now'>;
}

/**
 * Records the last hop of each message in an item of its own, which Celery does not have: `hop` (N) is its number, `own` (S) its owner, and
 * `ht` (N) when it was taken, in ms since 1970. A copy that is delivered once costs one write.
 */
export function createDynamodbHops({ table, keys, system }: DynamodbHopsOptions): HopStore {
  return {
    async takeHop(hop) {
      const key = keys.hop(hop.message);
      for (;;) {
        if (await table.update(key, hopUpdate(hop, system.now()))) return { kind: 'taken' };
        const last = await table.get(key);
        if (!last) continue; // It has expired since.
        if (Number(last.hop?.N) > hop.number) return { kind: 'passed' };
        return { kind: 'takenElsewhere', freeInMs: Number(last.ht?.N) + hopLastsMs + 1 - system.now() };
      }
    },
  };
}

function hopUpdate({ number, owner }: Hop, nowMs: number): Update {
  return {
    UpdateExpression: 'SET hop = :hop, own = :own, ht = :now, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(hop) OR hop < :hop OR hop = :hop AND own = :own OR ht < :past',
    values: {
      ':hop': { N: String(number) },
      ':own': { S: owner },
      ':now': { N: String(nowMs) },
      ':past': { N: String(nowMs - hopLastsMs) },
      ':ttl': { N: String(Math.ceil(nowMs / 1000 + hopKeptSeconds)) },
    },
  };
}
