import type { BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { Attributes } from './attributeValues.ts';
import { createTable, type DynamodbClient } from './table.ts';

type Output = Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>;

/** A table whose BatchGetItem answers as `answer` says. */
function tableOf(answer: (keys: Attributes[]) => Output | Promise<Output>) {
  const client = {
    send: async ({ input }: { input: BatchGetItemCommandInput }) => answer(input.RequestItems!.celery!.Keys!),
  } as unknown as DynamodbClient;
  return createTable(client, 'celery', nodeSystem);
}

test('1000 items are read in ten requests, which do not wait for each other', async () => {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const table = tableOf(async (keys) => {
    if (sizes.push(keys.length) === 10) resolve();
    await all;
    return { Responses: { celery: keys } };
  });
  const keys = Array.from({ length: 1000 }, (_, i) => `key-${i}`);
  const found = await table.getAll([...keys, ...keys]);
  expect(sizes).toEqual(Array.from({ length: 10 }, () => 100));
  expect(new Set(found.keys())).toEqual(new Set(keys));
});

test('items that DynamoDB did not process are read again', async () => {
  const table = tableOf((keys) => ({
    Responses: { celery: keys.slice(0, 30) },
    UnprocessedKeys: { celery: { Keys: keys.slice(30) } },
  }));
  const keys = Array.from({ length: 150 }, (_, i) => `key-${i}`);
  expect((await table.getAll(keys)).size).toBe(150);
});
