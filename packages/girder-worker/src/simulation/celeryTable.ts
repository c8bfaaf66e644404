import type { FinalOutcome } from '../outcome/outcome.ts';
import { readGroup } from '../store/document/readResult.ts';
import { outcomeDocument } from '../store/document/resultDocument.ts';
import type { Attributes } from '../store/dynamodb/attributeValues.ts';
import { itemKeys } from '../store/dynamodb/itemKeys.ts';
import type { ResultTuple } from '../store/resultStore.ts';
import type { Process } from './process.ts';

/** Celery's backend in DynamoDB (docs/wire-format.md §3): reads that may be stale, and writes without a condition. */
export interface CeleryTable {
  /** Overwrites the whole item, unless it is read to hold SUCCESS. */
  storeResult(id: string, outcome: FinalOutcome): Promise<void>;
  /** `status` is PENDING if there is no item. */
  readResult(id: string): Promise<{ readonly status: string; readonly result: unknown }>;
  readGroup(groupId: string): Promise<ResultTuple | undefined>;
  /** Raises the count of a chord by one, and resolves to the count. */
  countChord(groupId: string): Promise<number>;
  /** Deletes the group, and then the counter. */
  endChord(groupId: string): Promise<void>;
}

/** Makes a request to the table, such as `('GetItem', { Key })`. */
export type TableRequest = (
  operation: string,
  input: object,
) => Promise<{ readonly Item?: Attributes; readonly Attributes?: Attributes }>;

export function createCeleryTable(request: TableRequest, { system }: Pick<Process, 'system'>): CeleryTable {
  const keys = itemKeys();
  const keyOf = (key: string) => ({ id: { S: key } });
  const timestamp = () => ({ N: String(system.now() / 1000) });

  const table: CeleryTable = {
    async storeResult(id, outcome) {
      if ((await table.readResult(id)).status === 'SUCCESS') return;
      const document = outcomeDocument(id, outcome, { group: null, parentId: null }, system.now());
      const item = { result: { B: Buffer.from(document) }, timestamp: timestamp() };
      await request('PutItem', { Item: { ...keyOf(keys.task(id)), ...item } });
    },
    async readResult(id) {
      const { Item } = await request('GetItem', { Key: keyOf(keys.task(id)) });
      return Item?.result?.B ? JSON.parse(Buffer.from(Item.result.B).toString()) : { status: 'PENDING', result: null };
    },
    async readGroup(groupId) {
      const { Item } = await request('GetItem', { Key: keyOf(keys.group(groupId)) });
      return Item?.result?.B && readGroup(Item.result.B);
    },
    async countChord(groupId) {
      const { Attributes } = await request('UpdateItem', {
        Key: keyOf(keys.chord(groupId)),
        UpdateExpression: 'set chord_count = chord_count + :num',
        ExpressionAttributeValues: { ':num': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      });
      return Number(Attributes?.chord_count?.N);
    },
    async endChord(groupId) {
      for (const key of [keys.group(groupId), keys.chord(groupId)]) await request('DeleteItem', { Key: keyOf(key) });
    },
  };
  return table;
}
