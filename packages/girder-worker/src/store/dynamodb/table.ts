import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  type KeysAndAttributes,
  ScanCommand,
  type ScanOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { exponentialBackoff } from '../../system/backoff.ts';
import { forEachConcurrently } from '../../system/concurrently.ts';
import type { System } from '../../system/system.ts';
import type { Attributes, AttributeValue } from './attributeValues.ts';
import type { Statement } from './statements.ts';

/** One conditional write. In expressions, a name that DynamoDB reserves is written with `#`: `#result` is `result`. */
export interface Update {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  /** The values of the expressions, such as `:own`. Values that no expression uses are allowed, and not sent. */
  readonly values: Attributes;
}

/** The client of the AWS SDK, or one that takes its commands. */
export type DynamodbClient = Pick<DynamoDBClient, 'send'>;

/** DynamoDB's limit of keys per BatchGetItem. */
const maxBatchSize = 100;

/** The most batches that one call reads at the same time. */
const maxConcurrentReads = 10;

/** Before keys that DynamoDB did not process are read again. */
const retryDelayMs = { first: 50, max: 2000 };

/** The attributes that a write returns: all, or those that it changed, after or before it. */
type Returned = 'NONE' | 'ALL_NEW' | 'ALL_OLD' | 'UPDATED_NEW';

/** A table with Celery's key `id`. All methods reject with an Error that names the table if it does not exist. */
export interface Table {
  /** Makes a write. Resolves to the attributes selected by `returned`, or to undefined if the condition does not hold. */
  update(key: string, update: Update, returned?: Returned): Promise<Attributes | undefined>;
  /** Reads an item, strongly consistent. */
  get(key: string): Promise<Attributes | undefined>;
  /** Reads many items; the map has those that exist, by their keys. Strongly consistent unless `consistent` is false. */
  getAll(keys: readonly string[], options?: { consistent: boolean }): Promise<ReadonlyMap<string, Attributes>>;
  /**
   * Makes writes of different items in one request, at most `maxStatements`. Resolves to which of them were made; rejects if that is not
   * known.
   */
  execute(statements: readonly Statement[]): Promise<readonly boolean[]>;
  delete(key: string): Promise<void>;
  /** Reads the whole table; yields the items of each page that match the filter. */
  scan(filter: string, values: Attributes): AsyncIterable<readonly Attributes[]>;
}

export function createTable(client: DynamodbClient, name: string, system: Pick<System, 'sleep'>): Table {
  const advised = <Output>(answer: Promise<Output>): Promise<Output> =>
    answer.catch((error: unknown) => {
      throw withAdvice(error, name);
    });
  const keyOf = (key: string) => ({ id: { S: key } });

  /** Reads at most 100 items, with further requests for those that DynamoDB did not process. */
  async function* readBatch(keys: readonly string[], consistent: boolean): AsyncGenerator<Attributes> {
    let left = keys;
    for (let throttledAnswers = 0; left.length > 0; ) {
      if (throttledAnswers > 0) await system.sleep(exponentialBackoff(throttledAnswers, retryDelayMs));
      const Keys = left.map(keyOf);
      const input = { RequestItems: { [name]: { Keys, ConsistentRead: consistent } } };
      const { Responses, UnprocessedKeys } = await advised(client.send(new BatchGetItemCommand(input)));
      yield* Responses?.[name] ?? [];
      // An answer without any item is throttled. One with some of them may only be cut at 16 MB, which needs no delay.
      const unprocessed = keysIn(UnprocessedKeys?.[name]).map(({ id }) => id?.S ?? '');
      throttledAnswers = unprocessed.length < left.length ? 0 : throttledAnswers + 1;
      left = unprocessed;
    }
  }

  return {
    async update(key, { values, ...expressions }, returned = 'NONE') {
      const input = { TableName: name, Key: keyOf(key), ...expressions, ...placeholdersIn(expressions, values) };
      try {
        const command = new UpdateItemCommand({ ...input, ReturnValues: returned });
        const { Attributes = {} } = await advised(client.send(command));
        return Attributes;
      } catch (error) {
        if (nameOf(error) === 'ConditionalCheckFailedException') return undefined;
        throw error;
      }
    },

    async get(key) {
      const input = { TableName: name, Key: keyOf(key), ConsistentRead: true };
      const { Item } = await advised(client.send(new GetItemCommand(input)));
      return Item;
    },

    async getAll(keys, { consistent } = { consistent: true }) {
      const unique = [...new Set(keys)];
      const batches = Array.from({ length: Math.ceil(unique.length / maxBatchSize) }, (_, i) =>
        unique.slice(i * maxBatchSize, (i + 1) * maxBatchSize),
      );
      const found = new Map<string, Attributes>();
      await forEachConcurrently(batches, maxConcurrentReads, async (batch) => {
        for await (const item of readBatch(batch, consistent)) found.set(item.id?.S ?? '', item);
      });
      return found;
    },

    async execute(statements) {
      const Statements = statements.map(({ text, parameters }) => ({ Statement: text, Parameters: [...parameters] }));
      const { Responses = [] } = await client.send(new BatchExecuteStatementCommand({ Statements }));
      return statements.map((_, index) => Responses[index] !== undefined && Responses[index].Error === undefined);
    },

    async delete(key) {
      await advised(client.send(new DeleteItemCommand({ TableName: name, Key: keyOf(key) })));
    },

    async *scan(filter, values) {
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const expressions = { FilterExpression: filter };
        const input = { TableName: name, ...expressions, ...placeholdersIn(expressions, values), ExclusiveStartKey };
        const { Items = [], LastEvaluatedKey }: ScanOutput = await advised(client.send(new ScanCommand(input)));
        yield Items;
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
  };
}

function keysIn(unprocessed: KeysAndAttributes | undefined): readonly Attributes[] {
  return unprocessed?.Keys ?? [];
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** The error, or one with advice if the table does not exist. */
function withAdvice(error: unknown, table: string): unknown {
  if (nameOf(error) !== 'ResourceNotFoundException') return error;
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
    ...(needed.length > 0 && { ExpressionAttributeValues: Object.fromEntries(needed) }),
  };
}
