import { describe, expect, test } from 'vitest';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import { claimOfAnother, dispatchOne, receipt, success } from './fixtures/dispatchOne.ts';

const atMostOnce = { acksLate: false };

test('a message is not deleted before its task has ended, unless the task has acksLate: false', async () => {
  const { transport, runs, send } = dispatchOne({});
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  runs[0]?.end(success);
  await answer;
  expect(transport.acknowledged).toEqual([]);
});

describe('the message of a task with acksLate: false', () => {
  test('is deleted after the task is claimed and before it runs', async () => {
    const { store, transport, runs, send, acknowledged } = dispatchOne(atMostOnce);
    const answer = send();
    await expect.poll(() => runs).toHaveLength(1);
    expect(transport.acknowledged).toEqual([receipt]);
    expect((await store.read('id'))?.state).toBe('PENDING');
    runs[0]?.end(success);
    expect(await answer).toEqual(acknowledged);
    expect((await store.read('id'))?.state).toBe('SUCCESS');
  });

  test('is not deleted if another delivery has the claim', async () => {
    const { store, transport, runs, send, returned } = dispatchOne(atMostOnce);
    await store.claim(claimOfAnother(Date.now() + 60_000));
    expect(await send()).toEqual(returned);
    expect(transport.acknowledged).toEqual([]);
    expect(runs).toEqual([]);
  });

  test('is not deleted if the invocation has no time left to run the task', async () => {
    const { transport, runs, send, returned } = dispatchOne(atMostOnce, {}, Date.now());
    expect(await send()).toEqual(returned);
    expect(transport.acknowledged).toEqual([]);
    expect(runs).toEqual([]);
  });

  test('is returned if it cannot be deleted, and the claim is released', async () => {
    const transport = { ...createRecordedTransport(), acknowledge: () => Promise.reject(new Error('no network')) };
    const { store, runs, send, returned } = dispatchOne(atMostOnce, { transport });
    expect(await send()).toEqual(returned);
    expect(runs).toEqual([]);
    expect(await store.claim(claimOfAnother(Date.now() + 1000))).toMatchObject({ kind: 'claimed', attempt: 1 });
  });

  test.each<[string, Outcome, string]>([
    ['the worker shuts down', { state: 'RETURNED', why: 'The worker was shut down.' }, 'WorkerLostError'],
    ['the task rejects it', { state: 'REJECTED', requeue: true, failure: failureOf('Reject', ['no', true]) }, 'Reject'],
  ])('is not returned if %s: the task fails', async (_, outcome, type) => {
    const { store, transport, runs, send, acknowledged } = dispatchOne(atMostOnce);
    const answer = send();
    await expect.poll(() => runs).toHaveLength(1);
    runs[0]?.end(outcome);
    expect(await answer).toEqual(acknowledged);
    expect(transport.visibilityChanges).toEqual([]);
    expect(await store.read('id')).toMatchObject({ state: 'FAILURE', exception: { type } });
  });

  test('is not returned if its outcome cannot be stored, which is logged as an error', async () => {
    const store = { ...createMemoryStore(), complete: () => Promise.reject(new Error('no network')) };
    const { transport, lines, runs, send, acknowledged } = dispatchOne(atMostOnce, { store });
    const answer = send();
    await expect.poll(() => runs).toHaveLength(1);
    runs[0]?.end(success);
    expect(await answer).toEqual(acknowledged);
    expect(transport.visibilityChanges).toEqual([]);
    expect(lines.join('\n')).toMatch(
      /Could not store the outcome of p\.task\[id\], whose message was already acknowledged.*no network/,
    );
  });

  test('fails with WorkerLostError, and does not run, if the worker of an earlier delivery died', async () => {
    const { store, runs, send, acknowledged } = dispatchOne(atMostOnce);
    await store.claim(claimOfAnother(Date.now() - 1));
    expect(await send()).toEqual(acknowledged);
    expect(runs).toEqual([]);
    expect(await store.read('id')).toMatchObject({ state: 'FAILURE', exception: { type: 'WorkerLostError' } });
  });
});
