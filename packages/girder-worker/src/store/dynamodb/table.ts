import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceCall } from '../../aws/serviceCall.ts';
import { ServiceError } from '../../aws/serviceError.ts';
import { type Attributes, fromWire, toWire, type WireAttributes } from './attributeValues.ts';

/** One write: what it sets, and under which condition. Words that DynamoDB reserves are written `#result` and so on. */
export interface Update {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  /** May have more than the expressions use. */
  readonly values: Attributes;
}

/** How many keys one BatchGetItem takes. */
const batchGetLimit = 100;

/** The first pause before DynamoDB is asked again for what it did not give; doubled each time. */
const firstPauseMs = 50;
const longestPauseMs = 2000;

/** A table with Celery's key `id`. All methods reject with an Error that says what to do if there is no such table. */
export interface Table {
  /** Makes the write; gives what was asked to be returned, or undefined where its condition does not hold. */
  update(key: string, update: Update, returned?: 'NONE' | 'ALL_NEW' | 'UPDATED_NEW'): Promise<Attributes | undefined>;
  /** The item as it is after all writes that have been answered. */
  get(key: string): Promise<Attributes | undefined>;
  /** The items by their keys; those that are not there are not in the map. */
  getAll(keys: readonly string[], options?: { consistent: boolean }): Promise<ReadonlyMap<string, Attributes>>;
  delete(key: string): Promise<void>;
  /** Reads the whole table, page by page: of each, what the filter lets through. */
  scan(filter: string, values: Attributes): AsyncIterable<readonly Attributes[]>;
}

export function createTable(dynamodb: ServiceCall, name: string): Table {
  const call = <Output>(operation: string, input: object): Promise<Output> =>
    dynamodb<Output>(operation, input).catch((error: unknown) => {
      throw explained(error, name);
    });
  const keyOf = (key: string) => ({ id: { S: key } });

  return {
    async update(key, { values, ...expressions }, returned = 'NONE') {
      const input = { TableName: name, Key: keyOf(key), ...expressions, ...wordsIn(expressions, values) };
      try {
        const { Attributes = {} } = await call<{ Attributes?: WireAttributes }>('UpdateItem', {
          ...input,
          ReturnValues: returned,
        });
        return fromWire(Attributes);
      } catch (error) {
        if (error instanceof ServiceError && error.name === 'ConditionalCheckFailedException') return undefined;
        throw error;
      }
    },

    async get(key) {
      const input = { TableName: name, Key: keyOf(key), ConsistentRead: true };
      const { Item } = await call<{ Item?: WireAttributes }>('GetItem', input);
      return Item && fromWire(Item);
    },

    async getAll(keys, { consistent } = { consistent: true }) {
      const found = new Map<string, Attributes>();
      let left = [...new Set(keys)];
      for (let pauseMs = 0; left.length > 0; ) {
        await sleep(pauseMs);
        const Keys = left.slice(0, batchGetLimit).map(keyOf);
        const input = { RequestItems: { [name]: { Keys, ConsistentRead: consistent } } };
        const { Responses, UnprocessedKeys } = await call<BatchGetItemOutput>('BatchGetItem', input);
        for (const item of Responses?.[name] ?? []) found.set(item.id?.S ?? '', fromWire(item));
        // An answer is cut at 16 MB, which is no reason to wait; one that gives nothing is throttled.
        const unprocessed = (UnprocessedKeys?.[name]?.Keys ?? []).map(({ id }) => id?.S ?? '');
        pauseMs = unprocessed.length < Keys.length ? 0 : Math.min(Math.max(firstPauseMs, pauseMs * 2), longestPauseMs);
        left = [...unprocessed, ...left.slice(batchGetLimit)];
      }
      return found;
    },

    async delete(key) {
      await call('DeleteItem', { TableName: name, Key: keyOf(key) });
    },

    async *scan(filter, values) {
      let ExclusiveStartKey: WireAttributes | undefined;
      do {
        const expressions = { FilterExpression: filter };
        const input = { TableName: name, ...expressions, ...wordsIn(expressions, values), ExclusiveStartKey };
        const { Items = [], LastEvaluatedKey } = await call<ScanOutput>('Scan', input);
        yield Items.map(fromWire);
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
  };
}

interface BatchGetItemOutput {
  readonly Responses?: Readonly<Record<string, readonly WireAttributes[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: readonly WireAttributes[] }>>;
}

interface ScanOutput {
  readonly Items?: readonly WireAttributes[];
  readonly LastEvaluatedKey?: WireAttributes;
}

/** The error, or one that says what to do about it. */
function explained(error: unknown, table: string): unknown {
  if (!(error instanceof ServiceError && error.name === 'ResourceNotFoundException')) return error;
  return new Error(
    `There is no DynamoDB table "${table}". Deploy the stack, start \`npm run dev\`, or name another table in GIRDER_WORKER_BACKEND.`,
    { cause: error },
  );
}

/**
 * What the names and values in expressions stand for: `#result` for a word that DynamoDB reserves, `:own` for a value. It
 * takes none that are not used, and no empty list of them.
 */
function wordsIn(expressions: Readonly<Record<string, string>>, values: Attributes) {
  const used = new Set(
    Object.values(expressions)
      .join(' ')
      .match(/[#:]\w+/g),
  );
  const names = [...used].filter((word) => word.startsWith('#')).map((word) => [word, word.slice(1)]);
  const needed = Object.entries(values).filter(([word]) => used.has(word));
  return {
    ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string> }),
    ...(needed.length > 0 && { ExpressionAttributeValues: toWire(Object.fromEntries(needed)) }),
  };
}
