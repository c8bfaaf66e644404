import { describe, expect, test } from 'vitest';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createMemoryTransport } from '../transport/memoryTransport.ts';
import { claimOfAnother, dispatchOne, receipt, success } from './fixtures/dispatchOne.ts';

const atMostOnce = { acksLate: false };

test('a message stays in its queue while its task runs, unless the task says otherwise', async () => {
  const { transport, runs, send } = dispatchOne({});
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  runs[0]?.end(success);
  await answer;
  expect(transport.acknowledged).toEqual([]);
});

describe('the message of a task that is run at most once', () => {
  test('is deleted when the task has its claim, and before it runs', async () => {
    const { store, transport, runs, send, settled } = dispatchOne(atMostOnce);
    const answer = send();
    await expect.poll(() => runs).toHaveLength(1);
    expect(transport.acknowledged).toEqual([receipt]);
    expect((await store.read('id'))?.state).toBe('STARTED');
    runs[0]?.end(success);
    expect(await answer).toEqual(settled);
    expect((await store.read('id'))?.state).toBe('SUCCESS');
  });

  test('is not deleted where another delivery has the task', async () => {
    const { store, transport, runs, send, returned } = dispatchOne(atMostOnce);
    await store.claim(claimOfAnother(Date.now() + 60_000));
    expect(await send()).toEqual(returned);
    expect(transport.acknowledged).toEqual([]);
    expect(runs).toEqual([]);
  });

  test('is not deleted where the invocation has no time left to begin', async () => {
    const { transport, runs, send, returned } = dispatchOne(atMostOnce, {}, Date.now());
    expect(await send()).toEqual(returned);
    expect(transport.acknowledged).toEqual([]);
    expect(runs).toEqual([]);
  });

  test('comes back where it cannot be deleted, and finds its task free', async () => {
    const transport = { ...createMemoryTransport(), acknowledge: () => Promise.reject(new Error('no network')) };
    const { store, runs, send, returned } = dispatchOne(atMostOnce, { transport });
    expect(await send()).toEqual(returned);
    expect(runs).toEqual([]);
    expect(await store.claim(claimOfAnother(Date.now() + 1000))).toMatchObject({ kind: 'claimed', attempt: 1 });
  });

  test.each<[string, Outcome, string]>([
    ['the worker shuts down', { state: 'RETURNED', why: 'The worker was shut down.' }, 'WorkerLostError'],
    ['the task rejects it', { state: 'REJECTED', requeue: true, failure: failureOf('Reject', ['no', true]) }, 'Reject'],
  ])('is not returned where %s: the task has failed', async (_, outcome, type) => {
    const { store, transport, runs, send, settled } = dispatchOne(atMostOnce);
    const answer = send();
    await expect.poll(() => runs).toHaveLength(1);
    runs[0]?.end(outcome);
    expect(await answer).toEqual(settled);
    expect(transport.visibilityChanges).toEqual([]);
    expect(await store.read('id')).toMatchObject({ state: 'FAILURE', exception: { type } });
  });

  test('is not returned where its outcome cannot be stored, which is told', async () => {
    const store = { ...createMemoryStore(), complete: () => Promise.reject(new Error('no network')) };
    const { transport, lines, runs, send, settled } = dispatchOne(atMostOnce, { store });
    const answer = send();
    await expect.poll(() => runs).toHaveLength(1);
    runs[0]?.end(success);
    expect(await answer).toEqual(settled);
    expect(transport.visibilityChanges).toEqual([]);
    expect(lines.join('\n')).toMatch(/What became of p\.task\[id\] is lost.*no network/);
  });

  test('does not run it where an earlier delivery has begun it, and has gone: it has failed', async () => {
    const { store, runs, send, settled } = dispatchOne(atMostOnce);
    await store.claim(claimOfAnother(Date.now() - 1));
    expect(await send()).toEqual(settled);
    expect(runs).toEqual([]);
    expect(await store.read('id')).toMatchObject({ state: 'FAILURE', exception: { type: 'WorkerLostError' } });
  });
});
