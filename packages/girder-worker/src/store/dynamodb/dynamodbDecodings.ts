import type { System } from '../../system/system.ts';
import type { ResultStore } from '../resultStore.ts';
import { readItem } from './item.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table, Update } from './table.ts';

export interface DynamodbDecodingsOptions {
  readonly table: Pick<Table, 'update'>;
  readonly keys: Pick<ItemKeys, 'decoding'>;
  readonly system: Pick<System, 'now'>;
  /** How long a count is kept. */
  readonly keptSeconds: number;
}

/** The counts of the deliveries that begin to decode a message, each in an item of its own, which Celery does not have. */
export function createDynamodbDecodings({
  table,
  keys,
  system,
  keptSeconds,
}: DynamodbDecodingsOptions): Pick<ResultStore, 'beginDecoding' | 'endDecoding'> {
  const ttl = (seconds: number) => ({ ':ttl': { N: String(Math.ceil(system.now() / 1000 + seconds)) } });
  return {
    async beginDecoding(messageId) {
      const update: Update = {
        UpdateExpression: 'SET #ttl = :ttl ADD att :one',
        values: { ...ttl(keptSeconds), ':one': { N: '1' } },
      };
      const item = await table.update(keys.decoding(messageId), update, 'UPDATED_NEW');
      return item ? readItem(item).attempts : 1;
    },

    /** Lets the item expire, too. */
    async endDecoding(messageId) {
      await table.update(keys.decoding(messageId), {
        UpdateExpression: 'SET #ttl = :ttl REMOVE att',
        values: ttl(0),
      });
    },
  };
}
