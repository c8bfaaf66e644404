import type { System } from '../../system/system.ts';
import { readGroup } from '../document/readResult.ts';
import { groupDocument } from '../document/resultDocument.ts';
import { encodeParts, toPlainJson } from '../document/storedBytes.ts';
import { BackendStoreError } from '../errors.ts';
import type { ResultTuple } from '../storedResult.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table, Update } from './table.ts';

export interface DynamodbGroupsOptions {
  readonly table: Table;
  readonly keys: ItemKeys;
  readonly system: Pick<System, 'now'>;
}

/** The items of groups. Times to live are in seconds from now. */
export interface DynamodbGroups {
  /** Writes a group. Rejects with BackendStoreError if it has more members than the items of a group hold. */
  write(groupId: string, group: ResultTuple, keptSeconds: number): Promise<void>;
  /** Resolves to undefined if there is no such group. */
  read(groupId: string): Promise<ResultTuple | undefined>;
  /** Sets the time to live of a group that exists. */
  expire(groupId: string, keptSeconds: number): Promise<void>;
  forget(groupId: string): Promise<void>;
}

/** The document of a group that is in parts: what Celery reads where no client of it can read the group. */
const emptyDocument = Buffer.from('{"result": null}');

/**
 * Keeps each group in Celery's item. The document of a group that is too large for that, which Celery cannot store, is
 * compressed and cut into parts, each an item of its own; then `parts` (N) of Celery's item is their number.
 */
export function createDynamodbGroups({ table, keys, system }: DynamodbGroupsOptions): DynamodbGroups {
  const expiry = (keptSeconds: number) => ({ N: String(Math.ceil(system.now() / 1000 + keptSeconds)) });

  const put = async (key: string, bytes: Uint8Array, keptSeconds: number, parts = 0) => {
    await table.update(key, {
      UpdateExpression: `SET #result = :result, #timestamp = :timestamp, #ttl = :ttl${parts > 0 ? ', #parts = :parts' : ' REMOVE #parts'}`,
      values: {
        ':result': { B: bytes },
        ':timestamp': { N: String(system.now() / 1000) },
        ':ttl': expiry(keptSeconds),
        ':parts': { N: String(parts) },
      },
    });
  };

  const partKeys = (groupId: string, count: number) =>
    Array.from({ length: count }, (_, part) => keys.groupPart(groupId, part));

  return {
    async write(groupId, group, keptSeconds) {
      const parts = encodeParts(groupDocument(group));
      if (!parts) throw new BackendStoreError(`The group ${groupId} has more members than its items hold.`);
      if (parts.length === 1) return put(keys.group(groupId), parts[0]!, keptSeconds);
      const written = partKeys(groupId, parts.length);
      await Promise.all(written.map((key, part) => put(key, parts[part]!, keptSeconds)));
      await put(keys.group(groupId), emptyDocument, keptSeconds, parts.length);
    },

    async read(groupId) {
      const item = await table.get(keys.group(groupId));
      const count = Number(item?.parts?.N ?? 0);
      if (count === 0) return item?.result?.B && readGroup(await toPlainJson(item.result.B));
      const read = partKeys(groupId, count);
      const items = await table.getAll(read);
      if (items.size < count) return undefined;
      const bytes = Buffer.concat(read.map((key) => items.get(key)!.result!.B!));
      return readGroup(await toPlainJson(bytes));
    },

    async expire(groupId, keptSeconds) {
      const item = await table.update(keys.group(groupId), expireUpdate(expiry(keptSeconds)), 'ALL_NEW');
      const parts = partKeys(groupId, Number(item?.parts?.N ?? 0));
      await Promise.all(parts.map((key) => table.update(key, expireUpdate(expiry(keptSeconds)))));
    },

    async forget(groupId) {
      const item = await table.get(keys.group(groupId));
      await table.delete(keys.group(groupId));
      await Promise.all(partKeys(groupId, Number(item?.parts?.N ?? 0)).map((key) => table.delete(key)));
    },
  };
}

/** Sets the time to live of an item that exists. */
export function expireUpdate(expiry: { readonly N: string }): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl',
    ConditionExpression: 'attribute_exists(id)',
    values: { ':ttl': expiry },
  };
}
