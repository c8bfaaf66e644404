import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  ResourceNotFoundException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One write: what it sets, and under which condition. Words that DynamoDB reserves are written `#result` and so on. */
export interface Update {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly values: Record<string, AttributeValue>;
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
}

export function createTable(client: DynamoDBClient, name: string): Table {
  const explain = (error: unknown): never => {
    throw explained(error, name);
  };

  return {
    async update(key, { values, ...expressions }, returned = 'NONE') {
      const command = new UpdateItemCommand({
        TableName: name,
        Key: { id: { S: key } },
        ...expressions,
        ExpressionAttributeNames: namesIn(expressions),
        ExpressionAttributeValues: values,
        ReturnValues: returned,
      });
      try {
        return (await client.send(command)).Attributes ?? {};
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        return explain(error);
      }
    },

    async get(key) {
      const command = new GetItemCommand({ TableName: name, Key: { id: { S: key } }, ConsistentRead: true });
      return (await client.send(command).catch(explain)).Item;
    },

    async getAll(keys, { consistent } = { consistent: true }) {
      const found = new Map<string, Attributes>();
      let left = [...new Set(keys)];
      for (let pauseMs = 0; left.length > 0; ) {
        await sleep(pauseMs);
        const Keys = left.slice(0, batchGetLimit).map((key) => ({ id: { S: key } }));
        const command = new BatchGetItemCommand({ RequestItems: { [name]: { Keys, ConsistentRead: consistent } } });
        const { Responses, UnprocessedKeys } = await client.send(command).catch(explain);
        for (const item of Responses?.[name] ?? []) found.set(item.id?.S ?? '', item);
        // An answer is cut at 16 MB, which is no reason to wait; one that gives nothing is throttled.
        const unprocessed = (UnprocessedKeys?.[name]?.Keys ?? []).map(({ id }) => id?.S ?? '');
        pauseMs = unprocessed.length < Keys.length ? 0 : Math.min(Math.max(firstPauseMs, pauseMs * 2), longestPauseMs);
        left = [...unprocessed, ...left.slice(batchGetLimit)];
      }
      return found;
    },

    async delete(key) {
      await client.send(new DeleteItemCommand({ TableName: name, Key: { id: { S: key } } })).catch(explain);
    },
  };
}

/** The error, or one that says what to do about it. */
function explained(error: unknown, table: string): unknown {
  if (!(error instanceof ResourceNotFoundException)) return error;
  return new Error(
    `There is no DynamoDB table "${table}". Deploy the stack, start \`npm run dev\`, or name another table in GIRDER_WORKER_BACKEND.`,
    { cause: error },
  );
}

/** The words that DynamoDB reserves; it takes no names that are not used, and no empty list of them. */
function namesIn(expressions: Omit<Update, 'values'>): Record<string, string> | undefined {
  const text = `${expressions.UpdateExpression} ${expressions.ConditionExpression ?? ''}`;
  const used = ['result', 'timestamp', 'ttl'].filter((name) => text.includes(`#${name}`));
  return used.length === 0 ? undefined : Object.fromEntries(used.map((name) => [`#${name}`, name]));
}
