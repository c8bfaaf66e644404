import { readResult } from '../document/readResult.ts';
import { toPlainJson } from '../document/storedBytes.ts';
import type { ResultStore } from '../resultStore.ts';
import type { Attributes } from './attributeValues.ts';
import type { Item } from './item.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table } from './table.ts';

export interface DynamodbReadsOptions {
  readonly table: Pick<Table, 'getAll'>;
  readonly keys: Pick<ItemKeys, 'task'>;
  /** Reads the item of a task. */
  readonly readItem: (id: string) => Promise<Item | undefined>;
}

/** The results of tasks, and the attempts to run them. */
export function createDynamodbReads({
  table,
  keys,
  readItem,
}: DynamodbReadsOptions): Pick<ResultStore, 'attempts' | 'read' | 'readMany' | 'readForContinuations'> {
  return {
    async attempts(id) {
      const item = await readItem(id);
      return item && item.fin === undefined ? item.attempts : 0;
    },

    async read(id) {
      const bytes = (await readItem(id))?.bytes;
      return bytes && readResult(await toPlainJson(bytes));
    },

    readMany: (ids) => readAll(ids, ({ result }) => result?.B),

    readForContinuations: (ids) => readAll(ids, ({ kr, result }) => (kr ?? result)?.B),
  };

  /** Reads the documents that `bytesIn` finds in the items of tasks. */
  async function readAll(ids: readonly string[], bytesIn: (attributes: Attributes) => Uint8Array | undefined) {
    const items = await table.getAll(ids.map(keys.task));
    const results = ids.map(async (id) => {
      const bytes = bytesIn(items.get(keys.task(id)) ?? {});
      return bytes === undefined ? [] : [[id, readResult(await toPlainJson(bytes))] as const];
    });
    return new Map((await Promise.all(results)).flat());
  }
}
