import type { ServiceCall } from '../../aws/serviceCall.ts';
import { ServiceError } from '../../aws/serviceError.ts';
import { exponentialBackoff } from '../../system/backoff.ts';
import { forEachConcurrently } from '../../system/concurrently.ts';
import type { System } from '../../system/system.ts';
import { type Attributes, fromWire, toWire, type WireAttributes } from './attributeValues.ts';

/** One conditional write. In expressions, a name that DynamoDB reserves is written with `#`: `#result` is `result`. */
export interface Update {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  /** The values of the expressions, such as `:own`. Values that no expression uses are allowed, and not sent. */
  readonly values: Attributes;
}

/** DynamoDB's limit of keys per BatchGetItem. */
const maxBatchSize = 100;

/** The most batches that one call reads at the same time. */
const maxConcurrentReads = 10;

/** Before keys that DynamoDB did not process are read again. */
const retryDelayMs = { first: 50, max: 2000 };

/** The attributes that a write returns: all, or those that it changed, after or before it. */
type Returned = 'NONE' | 'ALL_NEW' | 'UPDATED_NEW' | 'UPDATED_OLD';

/** A table with Celery's key `id`. All methods reject with an Error that names the table if it does not exist. */
export interface Table {
  /** Makes a write. Resolves to the attributes selected by `returned`, or to undefined if the condition does not hold. */
  update(key: string, update: Update, returned?: Returned): Promise<Attributes | undefined>;
  /** Reads an item, strongly consistent. */
  get(key: string): Promise<Attributes | undefined>;
  /** Reads many items; the map has those that exist, by their keys. Strongly consistent unless `consistent` is false. */
  getAll(keys: readonly string[], options?: { consistent: boolean }): Promise<ReadonlyMap<string, Attributes>>;
  delete(key: string): Promise<void>;
  /** Reads the whole table; yields the items of each page that match the filter. */
  scan(filter: string, values: Attributes): AsyncIterable<readonly Attributes[]>;
}

export function createTable(dynamodb: ServiceCall, name: string, system: Pick<System, 'sleep'>): Table {
  const call = <Output>(operation: string, input: object): Promise<Output> =>
    dynamodb<Output>(operation, input).catch((error: unknown) => {
      throw withAdvice(error, name);
    });
  const keyOf = (key: string) => ({ id: { S: key } });

  /** Reads at most 100 items, with further requests for those that DynamoDB did not process. */
  async function* readBatch(keys: readonly string[], consistent: boolean): AsyncGenerator<WireAttributes> {
    let left = keys;
    for (let throttledAnswers = 0; left.length > 0; ) {
      if (throttledAnswers > 0) await system.sleep(exponentialBackoff(throttledAnswers, retryDelayMs));
      const Keys = left.map(keyOf);
      const input = { RequestItems: { [name]: { Keys, ConsistentRead: consistent } } };
      const { Responses, UnprocessedKeys } = await call<BatchGetItemOutput>('BatchGetItem', input);
      yield* Responses?.[name] ?? [];
      // An answer without any item is throttled. One with some of them may only be cut at 16 MB, which needs no delay.
      const unprocessed = (UnprocessedKeys?.[name]?.Keys ?? []).map(({ id }) => id?.S ?? '');
      throttledAnswers = unprocessed.length < left.length ? 0 : throttledAnswers + 1;
      left = unprocessed;
    }
  }

  return {
    async update(key, { values, ...expressions }, returned = 'NONE') {
      const input = { TableName: name, Key: keyOf(key), ...expressions, ...placeholdersIn(expressions, values) };
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
      const unique = [...new Set(keys)];
      const batches = Array.from({ length: Math.ceil(unique.length / maxBatchSize) }, (_, i) =>
        unique.slice(i * maxBatchSize, (i + 1) * maxBatchSize),
      );
      const found = new Map<string, Attributes>();
      await forEachConcurrently(batches, maxConcurrentReads, async (batch) => {
        for await (const item of readBatch(batch, consistent)) found.set(item.id?.S ?? '', fromWire(item));
      });
      return found;
    },

    async delete(key) {
      await call('DeleteItem', { TableName: name, Key: keyOf(key) });
    },

    async *scan(filter, values) {
      let ExclusiveStartKey: WireAttributes | undefined;
      do {
        const expressions = { FilterExpression: filter };
        const input = { TableName: name, ...expressions, ...placeholdersIn(expressions, values), ExclusiveStartKey };
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

/** The error, or one with advice if the table does not exist. */
function withAdvice(error: unknown, table: string): unknown {
  if (!(error instanceof ServiceError && error.name === 'ResourceNotFoundException')) return error;
  return new Error(
    `There is no DynamoDB table "${table}". Deploy the stack, start \`npm run dev\`, or name another table in GIRDER_WORKER_BACKEND.`,
    { cause: error },
  );
}

/**
 * The parameters for the placeholders in expressions: `#result` for a name, `:own` for a value. DynamoDB refuses unused ones
 * and empty maps.
 */
function placeholdersIn(expressions: Readonly<Record<string, string>>, values: Attributes) {
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
