import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  ResourceNotFoundException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { outcomeDocument, parseDocument, pendingDocument, revokedDocument, startedDocument } from './celeryResult.ts';
import { type Item, itemKey, readItem } from './dynamodbItem.ts';
import { claimUpdate, completeUpdate, forgetUpdate, markUpdate, revokeUpdate, type Update } from './dynamodbUpdates.ts';
import type { Claim, Clock, Refusal, ResultStore } from './resultStore.ts';

/** How many keys one BatchGetItem takes. */
const batchGetLimit = 100;

export interface DynamodbStoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock?: Clock;
}

/** The result store in a DynamoDB table whose items unmodified Python Celery reads and writes (DESIGN §7). */
export function createDynamodbStore({ client, table, clock = Date.now }: DynamodbStoreOptions): ResultStore {
  /** Makes the update if its condition holds; gives the item as it is after it, or undefined where it does not hold. */
  const update = async (id: string, { values, ...expressions }: Update, returned: 'NONE' | 'ALL_NEW' = 'NONE') => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: itemKey(id),
      ...expressions,
      ExpressionAttributeNames: namesIn(expressions),
      ExpressionAttributeValues: values,
      ReturnValues: returned,
    });
    try {
      return readItem((await client.send(command)).Attributes ?? {});
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw explained(error, table);
    }
  };

  const read = async (id: string): Promise<Item | undefined> => {
    const command = new GetItemCommand({ TableName: table, Key: itemKey(id), ConsistentRead: true });
    const { Item } = await client.send(command).catch((error: unknown) => {
      throw explained(error, table);
    });
    return Item && readItem(Item);
  };

  const refusal = async (claim: Claim): Promise<Refusal> => {
    const item = await read(claim.id);
    if (item?.final) return { kind: 'final', state: item.final };
    if (item && item.epoch > claim.epoch) return { kind: 'superseded' };
    return { kind: 'elsewhere', untilMs: item?.leaseEndMs ?? clock() };
  };

  return {
    async claim(claim) {
      const item = await update(claim.id, claimUpdate(claim, startedDocument(claim), clock()), 'ALL_NEW');
      if (!item) return refusal(claim);
      return { kind: 'claimed', attempt: item.attempts, revoked: item.revoked };
    },

    async complete(claim, outcome, context) {
      const [state, document] = claim.ignoreResult
        ? (['IGNORED', pendingDocument(claim.id)] as const)
        : ([outcome.state, outcomeDocument(claim.id, outcome, context, clock())] as const);
      const item = await update(claim.id, completeUpdate(claim, state, document, clock()));
      return item ? { kind: 'stored' } : refusal(claim);
    },

    async revoke(id, reason) {
      // The two conditions exclude each other, but the item may pass from one to the other between the two writes.
      for (;;) {
        if (await update(id, revokeUpdate(revokedDocument(id, reason, clock()), clock()))) return 'revoked';
        if (await update(id, markUpdate(clock()))) return 'marked';
        if ((await read(id))?.final) return 'final';
      }
    },

    async revokedAmong(ids) {
      const revoked = new Set<string>();
      for (let from = 0; from < ids.length; from += batchGetLimit) {
        const batch = new Map(ids.slice(from, from + batchGetLimit).map((id) => [itemKey(id).id.S, id]));
        const Keys = [...batch.keys()].map((S) => ({ id: { S } }));
        const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }));
        for (const attributes of Responses?.[table] ?? []) {
          const id = batch.get(attributes.id?.S ?? '');
          if (id !== undefined && readItem(attributes).revoked) revoked.add(id);
        }
      }
      return revoked;
    },

    async read(id) {
      const document = (await read(id))?.document;
      return document === undefined ? undefined : parseDocument(document);
    },

    async forget(id) {
      await update(id, forgetUpdate(pendingDocument(id), clock()));
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
