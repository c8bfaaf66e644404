import { deflateSync } from 'node:zlib';
import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { createDynamodbStore } from '../../packages/girder-worker/src/store/dynamodb/dynamodbStore.ts';
import { maxWaitDays } from '../../packages/girder-worker/src/store/limits.ts';
import { stampRevocationKey } from '../../packages/girder-worker/src/store/stampKeys.ts';
import { nodeSystem } from '../../packages/girder-worker/src/system/nodeSystem.ts';
import { describeSharedChords } from './sharedChords.ts';
import { context, type StoreUnderTest, success } from './storeUnderTest.ts';

/** Celery's key of a task. */
export const taskKey = (id: string) => `b'celery-task-meta-${id}'`;

/** The requests of Celery's DynamoDB backend, made by hand. */
export function pythonAt(subject: StoreUnderTest) {
  const Key = (key: string) => ({ id: { S: key } });
  return {
    /** Stores a result; all other attributes of the item are removed. */
    put: (id: string, result: string | Uint8Array) => {
      const Item = { ...Key(taskKey(id)), result: { B: Buffer.from(result) }, timestamp: { N: '1795415708.5' } };
      return subject.client.send(new PutItemCommand({ TableName: 'celery', Item }));
    },
    /** Counts a chord member. */
    async increment(groupId: string): Promise<number> {
      const command = new UpdateItemCommand({
        TableName: 'celery',
        Key: Key(`b'chord-unlock-${groupId}'`),
        UpdateExpression: 'set chord_count = chord_count + :num',
        ExpressionAttributeValues: { ':num': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      });
      return Number((await subject.client.send(command)).Attributes?.chord_count?.N);
    },
    async item(key: string) {
      return (
        await subject.client.send(new GetItemCommand({ TableName: 'celery', Key: Key(key), ConsistentRead: true }))
      ).Item;
    },
    delete: (key: string) => subject.client.send(new DeleteItemCommand({ TableName: 'celery', Key: Key(key) })),
  };
}

/** Compresses as Celery's `result_compression` does, whatever the size. */
function compressed(text: string, type = 'application/x-gzip'): Uint8Array {
  return withPrefix(type, deflateSync(text));
}

function withPrefix(type: string, bytes: Uint8Array): Uint8Array {
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

export function describeSharedTable(subject: StoreUnderTest): void {
  const python = pythonAt(subject);
  const days = 24 * 3600;

  test('writes Celery’s item: the document as bytes, the time in seconds, the ttl', async () => {
    const claim = subject.claimOf({ id: 'as-celery', task: 'labtasks.add' });
    await subject.store.claim(claim);
    expect((await python.item(taskKey('as-celery')))?.tsk).toEqual({ S: 'labtasks.add' });
    await subject.store.complete(claim, success, context);
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

  test('keeps a result for ttl_seconds, but at least for 28 days', async () => {
    const ttl = async (ttlSeconds: number) => {
      const store = createDynamodbStore({
        client: subject.client,
        table: 'celery',
        system: { ...nodeSystem, now: subject.now },
        ttlSeconds,
      });
      const claim = subject.claimOf();
      await store.complete(claim, success, context);
      return Number((await python.item(taskKey(claim.id)))?.ttl?.N) - Math.ceil(subject.now() / 1000);
    };
    expect(await ttl(3600)).toBe(28 * days);
    expect(await ttl(90 * days)).toBe(90 * days);
  });

  test('keeps the item of a task for the delay of its retry in addition', async () => {
    const claim = subject.claimOf();
    const etaMs = subject.now() + 60 * days * 1000;
    await subject.store.claim(claim);
    await subject.store.retry(claim, { state: 'RETRY', etaMs, failure: null, traceback: null }, context, 1);
    const ttl = Number((await python.item(taskKey(claim.id)))?.ttl?.N);
    expect(ttl - Math.ceil(subject.now() / 1000)).toBe(88 * days);
  });

  test('keeps the revocations of a task and of a stamp as long as a message may wait in addition to 28 days', async () => {
    const ttlOf = async (key: string) => Number((await python.item(key))?.ttl?.N) - Math.ceil(subject.now() / 1000);
    const id = subject.newId();
    expect(await subject.store.revoke(id, 'revoked')).toBe('revoked');
    expect(await ttlOf(taskKey(id))).toBe((maxWaitDays + 28) * days);
    const stamp = stampRevocationKey('trace', id, 'revoked');
    await subject.store.revokeStamp(stamp, 'revoked');
    expect(await ttlOf(`b'girder-worker-stamp-${stamp}'`)).toBe((366 + 28) * days);
  });

  test('prefixes the keys of an application, so that applications do not see each other’s results', async () => {
    const store = createDynamodbStore({ client: subject.client, table: 'celery', keyPrefix: 'myapp' });
    const id = subject.newId();
    await store.complete(subject.claimOf({ id }), success, context);
    expect(await python.item(`b'myapp_celery-task-meta-${id}'`)).toBeDefined();
    expect(await subject.store.read(id)).toBeUndefined();
    expect([...(await store.readMany([id])).keys()]).toEqual([id]);
  });

  test('rejects with advice if the table does not exist', async () => {
    const store = createDynamodbStore({ client: subject.client, table: 'nowhere' });
    const advice = /There is no DynamoDB table "nowhere"\. Deploy the stack/;
    await expect(store.claim(subject.claimOf())).rejects.toThrow(advice);
    await expect(store.read('x')).rejects.toThrow(advice);
    await expect(store.readMany(['x'])).rejects.toThrow(advice);
    await expect(store.forgetGroup('x')).rejects.toThrow(advice);
  });

  test.each(['SUCCESS', 'FAILURE', 'REVOKED'])('treats %s that Python has stored as final', async (state) => {
    const claim = subject.claimOf();
    await python.put(claim.id, `{"status": "${state}", "result": null}`);
    const final = { kind: 'final', state };
    expect(await subject.store.claim(claim)).toEqual(final);
    expect(await subject.store.complete(claim, success, context)).toEqual(final);
    expect(await subject.store.revoke(claim.id, 'revoked')).toBe('final');
    expect((await subject.store.read(claim.id))?.state).toBe(state);
  });

  test.each([
    ['STARTED', (text: string) => text],
    ['PROGRESS', (text: string) => text],
    ['STARTED', compressed],
  ])('only flags a task as revoked that Python’s worker runs (%s)', async (state, written) => {
    for (const revocation of ['revoked', 'terminated'] as const) {
      const claim = subject.claimOf();
      await python.put(claim.id, written(`{"status": "${state}", "result": {"hostname": "w1@lab"}}`));
      expect(await subject.store.revoke(claim.id, revocation)).toBe('flagged');
      expect((await subject.store.read(claim.id))?.state).toBe(state);
      expect(await subject.store.findRevocations([claim.id])).toEqual(new Map([[claim.id, revocation]]));
      await python.put(claim.id, '{"status": "SUCCESS", "result": 1}');
      expect(await subject.store.revoke(claim.id, revocation)).toBe('final');
    }
  });

  test('revokes a task by the next claim if Python’s worker has died with it', async () => {
    const claim = subject.claimOf();
    await python.put(claim.id, '{"status": "STARTED", "result": {"hostname": "w1@lab"}}');
    await subject.store.revoke(claim.id, 'revoked');
    expect(await subject.store.claim(claim)).toMatchObject({ kind: 'claimed', revoked: true });
  });

  test.each(['PENDING', 'RECEIVED', 'RETRY', 'REJECTED'])(
    'stores REVOKED over %s by Python, as no worker runs the task',
    async (state) => {
      const claim = subject.claimOf();
      await python.put(claim.id, `{"status": "${state}", "result": null}`);
      expect(await subject.store.revoke(claim.id, 'revoked')).toBe('revoked');
      expect((await subject.store.read(claim.id))?.state).toBe('REVOKED');
    },
  );

  test('grants the claim of a task that Python’s worker has STARTED: SQS has delivered its message again', async () => {
    const claim = subject.claimOf();
    await python.put(claim.id, '{"status": "STARTED", "result": {"hostname": "w1@lab"}}');
    expect(await subject.store.claim(claim)).toEqual({ kind: 'claimed', attempt: 1, revoked: false });
    await python.put(claim.id, '{"status": "SUCCESS", "result": 1}');
    expect(await subject.store.complete(claim, success, context)).toEqual({ kind: 'final', state: 'SUCCESS' });
  });

  test('flags a task whose claim Python has removed by storing a state during its run', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await python.put(claim.id, '{"status": "PROGRESS", "result": 1}');
    expect(await subject.store.revoke(claim.id, 'revoked')).toBe('flagged');
    expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'ok' });
  });

  test('stores REVOKED for a task whose own worker died after it had stored a state', async () => {
    const claim = subject.claimOf({ trackStarted: true, leaseEndMs: subject.now() + 1000 });
    await subject.store.claim(claim);
    await subject.store.updateState(claim, 'PROGRESS', '1', context);
    subject.pass(1001);
    expect(await subject.store.revoke(claim.id, 'revoked')).toBe('revoked');
  });

  test('finds a revocation by Python during the run, and keeps it as the final state', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await python.put(claim.id, '{"status": "REVOKED", "result": null}');
    expect(await subject.store.findRevocations([claim.id])).toEqual(new Map([[claim.id, 'revoked']]));
    expect(await subject.store.complete(claim, success, context)).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  test.each([
    ['plain', (text: string) => text],
    ['compressed', compressed],
  ])('stores the outcome after Python has stored a state during the run (%s)', async (_, written) => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await python.put(claim.id, written('{"status": "PROGRESS", "result": 1}'));
    expect(await subject.store.complete(claim, success, context)).toMatchObject({ kind: 'ok' });
    expect((await subject.store.read(claim.id))?.state).toBe('SUCCESS');
  });

  test('restores by a renewal the claim that Python has removed, unless Python has stored a final state', async () => {
    const claim = subject.claimOf();
    await subject.store.claim(claim);
    await python.put(claim.id, '{"status": "PROGRESS", "result": 1}');
    const untilMs = subject.now() + 5000;
    expect(await subject.store.renew(claim, untilMs)).toEqual({ kind: 'ok' });
    expect(await subject.store.claim({ ...claim, owner: 'other' })).toEqual({ kind: 'claimedElsewhere', untilMs });
    expect((await subject.store.read(claim.id))?.state).toBe('PROGRESS');
    await python.put(claim.id, '{"status": "REVOKED", "result": null}');
    expect(await subject.store.renew(claim, untilMs)).toEqual({ kind: 'final', state: 'REVOKED' });
  });

  describe('of results that Python compresses,', () => {
    test('treats a final state as final', async () => {
      const claim = subject.claimOf();
      await python.put(claim.id, compressed('{"status": "FAILURE", "result": null}'));
      expect(await subject.store.claim(claim)).toEqual({ kind: 'final', state: 'FAILURE' });
      expect(await subject.store.revoke(claim.id, 'revoked')).toBe('final');
    });

    test('finds a revocation', async () => {
      const claim = subject.claimOf();
      await subject.store.claim(claim);
      await python.put(claim.id, compressed('{"status": "REVOKED", "result": null}'));
      expect(await subject.store.findRevocations([claim.id])).toEqual(new Map([[claim.id, 'revoked']]));
    });

    test('grants the claim on a task that is not final to exactly one of several concurrent deliveries', async () => {
      const claim = subject.claimOf();
      await python.put(claim.id, compressed('{"status": "RETRY", "result": null}'));
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => subject.store.claim({ ...claim, owner: `i:${index}` })),
      );
      expect(answers.filter((answer) => answer.kind === 'claimed')).toHaveLength(1);
      expect(answers.filter((answer) => answer.kind === 'claimedElsewhere')).toHaveLength(7);
    });

    test('revokes a task that is not final', async () => {
      const claim = subject.claimOf();
      await python.put(claim.id, compressed('{"status": "PENDING", "result": null}'));
      expect(await subject.store.revoke(claim.id, 'revoked')).toBe('revoked');
    });

    test.each(Object.entries(inPython))('reads %s, which only Celery writes', async (type, { success, retry }) => {
      const [one, other] = [subject.claimOf(), subject.claimOf()];
      await python.put(one.id, withPrefix(type, Buffer.from(success, 'base64')));
      expect(await subject.store.claim(one)).toEqual({ kind: 'final', state: 'SUCCESS' });
      expect(await subject.store.read(one.id)).toMatchObject({ state: 'SUCCESS', result: 121393 });
      expect((await subject.store.readMany([one.id])).get(one.id)).toMatchObject({ state: 'SUCCESS', result: 121393 });
      await python.put(other.id, withPrefix(type, Buffer.from(retry, 'base64')));
      expect(await subject.store.claim(other)).toMatchObject({ kind: 'claimed' });
    });

    test.each([
      [
        'msgpack',
        (state: string) =>
          Buffer.from(`\x82\xa6status${String.fromCharCode(0xa0 + state.length)}${state}\xa6result\x07`, 'latin1'),
      ],
      ['YAML', (state: string) => Buffer.from(`result: 7\nstatus: ${state}\n`)],
    ])('reads also those that are serialized as %s', async (_, written) => {
      const [one, other] = [subject.claimOf(), subject.claimOf()];
      await python.put(one.id, written('SUCCESS'));
      expect(await subject.store.claim(one)).toEqual({ kind: 'final', state: 'SUCCESS' });
      expect(await subject.store.read(one.id)).toMatchObject({ state: 'SUCCESS', result: 7 });
      await python.put(other.id, written('RETRY'));
      expect(await subject.store.claim(other)).toMatchObject({ kind: 'claimed' });
    });

    test('rejects a claim on a pickled result, and does not overwrite it', async () => {
      const claim = subject.claimOf();
      await python.put(claim.id, Buffer.from('gAR9lIwGc3RhdHVzlIwHU1VDQ0VTU5RzLg==', 'base64'));
      await expect(subject.store.claim(claim)).rejects.toThrow('pickle');
    });

    test('rejects a claim if the compression is not supported', async () => {
      const claim = subject.claimOf();
      await python.put(claim.id, compressed('{"status": "PENDING"}', 'application/x-new'));
      await expect(subject.store.claim(claim)).rejects.toThrow(/cannot be read: .*application\/x-new/);
      await expect(subject.store.read(claim.id)).rejects.toThrow(/cannot be read: .*application\/x-new/);
      expect(await subject.store.findRevocations([claim.id])).toEqual(new Map());
    });
  });

  describeSharedChords(subject, python);
}
