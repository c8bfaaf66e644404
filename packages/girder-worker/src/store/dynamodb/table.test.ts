import { expect, test } from 'vitest';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { createTable } from './table.ts';

interface Request {
  readonly RequestItems: { readonly celery: { readonly Keys: readonly { readonly id: { readonly S: string } }[] } };
}

test('1000 items are read in ten requests, which do not wait for each other', async () => {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const table = createTable(
    async <Output>(_: string, input: object) => {
      const { Keys } = (input as Request).RequestItems.celery;
      if (sizes.push(Keys.length) === 10) resolve();
      await all;
      return { Responses: { celery: Keys } } as Output;
    },
    'celery',
    nodeSystem,
  );
  const keys = Array.from({ length: 1000 }, (_, i) => `key-${i}`);
  const found = await table.getAll([...keys, ...keys]);
  expect(sizes).toEqual(Array.from({ length: 10 }, () => 100));
  expect(new Set(found.keys())).toEqual(new Set(keys));
});

test('items that DynamoDB did not process are read again', async () => {
  const table = createTable(
    async <Output>(_: string, input: object) => {
      const { Keys } = (input as Request).RequestItems.celery;
      return {
        Responses: { celery: Keys.slice(0, 30) },
        UnprocessedKeys: { celery: { Keys: Keys.slice(30) } },
      } as Output;
    },
    'celery',
    nodeSystem,
  );
  const keys = Array.from({ length: 150 }, (_, i) => `key-${i}`);
  expect((await table.getAll(keys)).size).toBe(150);
});
