import { deflateSync } from 'node:zlib';
import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { createDynamodbStore } from '../../packages/girder-worker/src/store/dynamodb/dynamodbStore.ts';
import { describeSharedChords } from './sharedChords.ts';
import { context, type StoreUnderTest, success } from './storeUnderTest.ts';

/** The item of a task, as Celery names it. */
export const taskKey = (id: string) => `b'celery-task-meta-${id}'`;

/** The requests that Celery's dynamodb backend makes, made by hand. */
export function pythonAt(bench: StoreUnderTest) {
  const Key = (key: string) => ({ id: { S: key } });
  return {
    /** Stores a result, and wipes what else there is in the item. */
    put: (id: string, result: string | Uint8Array) => {
      const Item = { ...Key(taskKey(id)), result: { B: Buffer.from(result) }, timestamp: { N: '1795415708.5' } };
      return bench.client.send(new PutItemCommand({ TableName: 'celery', Item }));
    },
    /** Counts a part of a chord. */
    async increment(groupId: string): Promise<number> {
      const command = new UpdateItemCommand({
        TableName: 'celery',
        Key: Key(`b'chord-unlock-${groupId}'`),
        UpdateExpression: 'set chord_count = chord_count + :num',
        ExpressionAttributeValues: { ':num': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      });
      return Number((await bench.client.send(command)).Attributes?.chord_count?.N);
    },
    async item(key: string) {
      return (await bench.client.send(new GetItemCommand({ TableName: 'celery', Key: Key(key), ConsistentRead: true })))
        .Item;
    },
    delete: (key: string) => bench.client.send(new DeleteItemCommand({ TableName: 'celery', Key: Key(key) })),
  };
}

/** As `result_compression` does it: every state, whatever its size. */
function compressed(text: string, type = 'application/x-gzip'): Uint8Array {
  return marked(type, deflateSync(text));
}

function marked(type: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`\0celery-compressed\0${type}\0`), bytes]);
}

/** `{"status": "SUCCESS", "result": 121393}` and `{"status": "RETRY", "result": null}`, compressed by Python, in base64. */
const inPython = {
  'application/x-bz2': {
    success: 'QlpoOTFBWSZTWR8GaH8AABKfgFAEODAKAAoAIgQeCiAAIiaMmhpoMgoGmhkZMRKDjnTCEne4KphpgXRTV4IReOQKeb4u5IpwoSA+DND+',
    retry: 'QlpoOTFBWSZTWT8U6lMAABCfgFAEABACABQgIgUeCiAAIpp6mmmQekFNMjExMQBG51aS1XSIGDNC+QhvozZ/L8XckU4UJA/FOpTA',
  },
  'application/x-lzma': {
    success:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAmeyJzdGF0dXMiOiAiU1VDQ0VTUyIsICJyZXN1bHQiOiAxMjEzOTN9AABn/Qybn4HjJwABPyd8KlLdH7bzfQEAAAAABFla',
    retry:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAieyJzdGF0dXMiOiAiUkVUUlkiLCAicmVzdWx0IjogbnVsbH0AAKeKMi3OzXLVAAE7I2ErU74ftvN9AQAAAAAEWVo=',
  },
};

export function describeSharedTable(bench: StoreUnderTest): void {
  const python = pythonAt(bench);
  const days = 24 * 3600;

  test('writes the item of Celery: a document in bytes, a time in seconds, and a time to live', async () => {
    const claim = bench.claimOf({ id: 'as-celery', task: 'labtasks.add' });
    await bench.store.claim(claim);
    expect((await python.item(taskKey('as-celery')))?.tsk).toEqual({ S: 'labtasks.add' });
    await bench.store.complete(claim, success, context);
    const { result, ...rest } = (await python.item("b'celery-task-meta-as-celery'")) ?? {};
    expect(Buffer.from(result?.B ?? []).toString()).toBe(
      '{"status": "SUCCESS", "result": 121393, "traceback": null, "children": [], ' +
        `"date_done": "2026-01-02T03:04:05.678000+00:00", "task_id": "as-celery"}`,
    );
    expect(rest).toMatchObject({
      timestamp: { N: '1767323045.678' },
      ttl: { N: String(1767323046 + 28 * days) },
      fin: { S: 'SUCCESS' },
    });
    expect(Object.keys(rest)).not.toEqual(expect.arrayContaining(['own']));
  });

  test('keeps a result for longer where it is told to, but never for less than a duplicate may be late', async () => {
    const ttl = async (ttlSeconds: number) => {
      const store = createDynamodbStore({ dynamodb: bench.dynamodb, table: 'celery', clock: bench.now, ttlSeconds });
      const claim = bench.claimOf();
      await store.complete(claim, success, context);
      return Number((await python.item(taskKey(claim.id)))?.ttl?.N) - Math.ceil(bench.now() / 1000);
    };
    expect(await ttl(3600)).toBe(28 * days);
    expect(await ttl(90 * days)).toBe(90 * days);
  });

  test('keeps the memory of a task for as long as its retry waits', async () => {
    const claim = bench.claimOf();
    const etaMs = bench.now() + 60 * days * 1000;
    await bench.store.claim(claim);
    await bench.store.retry(claim, { state: 'RETRY', etaMs, failure: null, traceback: null }, context, 1);
    const ttl = Number((await python.item(taskKey(claim.id)))?.ttl?.N);
    expect(ttl - Math.ceil(bench.now() / 1000)).toBe(88 * days);
  });

  test('puts the prefix of an application before its keys, so that others do not see them', async () => {
    const store = createDynamodbStore({ dynamodb: bench.dynamodb, table: 'celery', keyPrefix: 'myapp' });
    const id = bench.newId();
    await store.complete(bench.claimOf({ id }), success, context);
    expect(await python.item(`b'myapp_celery-task-meta-${id}'`)).toBeDefined();
    expect(await bench.store.read(id)).toBeUndefined();
    expect([...(await store.readMany([id])).keys()]).toEqual([id]);
  });

  test('says what to do where the table is missing', async () => {
    const store = createDynamodbStore({ dynamodb: bench.dynamodb, table: 'nowhere' });
    const advice = /There is no DynamoDB table "nowhere"\. Deploy the stack/;
    await expect(store.claim(bench.claimOf())).rejects.toThrow(advice);
    await expect(store.read('x')).rejects.toThrow(advice);
    await expect(store.readMany(['x'])).rejects.toThrow(advice);
    await expect(store.forgetGroup('x')).rejects.toThrow(advice);
  });

  test.each(['SUCCESS', 'FAILURE', 'REVOKED'])('honours that Python has stored %s', async (state) => {
    const claim = bench.claimOf();
    await python.put(claim.id, `{"status": "${state}", "result": null}`);
    const final = { kind: 'final', state };
    expect(await bench.store.claim(claim)).toEqual(final);
    expect(await bench.store.complete(claim, success, context)).toEqual(final);
    expect(await bench.store.revoke(claim.id, 'revoked')).toBe('final');
    expect((await bench.store.read(claim.id))?.state).toBe(state);
  });

  test('sees that Python revokes a task while it runs, and keeps its state', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await python.put(claim.id, '{"status": "REVOKED", "result": null}');
    expect(await bench.store.findRevocations([claim.id])).toEqual(new Map([[claim.id, 'revoked']]));
    expect(await bench.store.complete(claim, success, context)).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  test.each([
    ['plain', (text: string) => text],
    ['compressed', compressed],
  ])('stores the outcome where Python has stored a progress beside it (%s)', async (_, written) => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await python.put(claim.id, written('{"status": "PROGRESS", "result": 1}'));
    expect(await bench.store.complete(claim, success, context)).toMatchObject({ kind: 'stored' });
    expect((await bench.store.read(claim.id))?.state).toBe('SUCCESS');
  });

  test('a renewal makes the claim anew that Python has wiped, unless what it stored is final', async () => {
    const claim = bench.claimOf();
    await bench.store.claim(claim);
    await python.put(claim.id, '{"status": "PROGRESS", "result": 1}');
    const untilMs = bench.now() + 5000;
    expect(await bench.store.renew(claim, untilMs)).toEqual({ kind: 'stored' });
    expect(await bench.store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'elsewhere', untilMs });
    expect((await bench.store.read(claim.id))?.state).toBe('PROGRESS');
    await python.put(claim.id, '{"status": "REVOKED", "result": null}');
    expect(await bench.store.renew(claim, untilMs)).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  describe('where Python compresses its results', () => {
    test('honours a final state', async () => {
      const claim = bench.claimOf();
      await python.put(claim.id, compressed('{"status": "FAILURE", "result": null}'));
      expect(await bench.store.claim(claim)).toEqual({ kind: 'final', state: 'FAILURE' });
      expect(await bench.store.revoke(claim.id, 'revoked')).toBe('final');
    });

    test('sees a revocation', async () => {
      const claim = bench.claimOf();
      await bench.store.claim(claim);
      await python.put(claim.id, compressed('{"status": "REVOKED", "result": null}'));
      expect(await bench.store.findRevocations([claim.id])).toEqual(new Map([[claim.id, 'revoked']]));
    });

    test('lets one of many at once run a task that is not final', async () => {
      const claim = bench.claimOf();
      await python.put(claim.id, compressed('{"status": "RETRY", "result": null}'));
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => bench.store.claim({ ...claim, owner: `i:${index}` })),
      );
      expect(answers.filter((answer) => answer.kind === 'claimed')).toHaveLength(1);
      expect(answers.filter((answer) => answer.kind === 'elsewhere')).toHaveLength(7);
    });

    test('revokes a task that is not final', async () => {
      const claim = bench.claimOf();
      await python.put(claim.id, compressed('{"status": "PENDING", "result": null}'));
      expect(await bench.store.revoke(claim.id, 'revoked')).toBe('revoked');
    });

    test.each(Object.entries(inPython))(
      'is read as %s, in which only Celery writes',
      async (type, { success, retry }) => {
        const [one, other] = [bench.claimOf(), bench.claimOf()];
        await python.put(one.id, marked(type, Buffer.from(success, 'base64')));
        expect(await bench.store.claim(one)).toEqual({ kind: 'final', state: 'SUCCESS' });
        expect(await bench.store.read(one.id)).toMatchObject({ state: 'SUCCESS', result: 121393 });
        expect((await bench.store.readMany([one.id])).get(one.id)).toMatchObject({ state: 'SUCCESS', result: 121393 });
        await python.put(other.id, marked(type, Buffer.from(retry, 'base64')));
        expect(await bench.store.claim(other)).toMatchObject({ kind: 'claimed' });
      },
    );

    test.each([
      [
        'msgpack',
        (state: string) =>
          Buffer.from(`\x82\xa6status${String.fromCharCode(0xa0 + state.length)}${state}\xa6result\x07`, 'latin1'),
      ],
      ['YAML', (state: string) => Buffer.from(`result: 7\nstatus: ${state}\n`)],
    ])('and where it writes %s', async (_, written) => {
      const [one, other] = [bench.claimOf(), bench.claimOf()];
      await python.put(one.id, written('SUCCESS'));
      expect(await bench.store.claim(one)).toEqual({ kind: 'final', state: 'SUCCESS' });
      expect(await bench.store.read(one.id)).toMatchObject({ state: 'SUCCESS', result: 7 });
      await python.put(other.id, written('RETRY'));
      expect(await bench.store.claim(other)).toMatchObject({ kind: 'claimed' });
    });

    test('does not overwrite what is pickled, which nobody here looks into', async () => {
      const claim = bench.claimOf();
      await python.put(claim.id, Buffer.from('gAR9lIwGc3RhdHVzlIwHU1VDQ0VTU5RzLg==', 'base64'));
      await expect(bench.store.claim(claim)).rejects.toThrow('pickle');
    });

    test('rejects, rather than guesses, what is compressed in a way that is not read here', async () => {
      const claim = bench.claimOf();
      await python.put(claim.id, compressed('{"status": "PENDING"}', 'application/x-new'));
      await expect(bench.store.claim(claim)).rejects.toThrow(/cannot be read: .*application\/x-new/);
      await expect(bench.store.read(claim.id)).rejects.toThrow(/cannot be read: .*application\/x-new/);
      expect(await bench.store.findRevocations([claim.id])).toEqual(new Map());
    });
  });

  describeSharedChords(bench, python);
}
