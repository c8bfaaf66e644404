import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import { claimOfAnother, dispatchOne, receipt, success } from './fixtures/dispatchOne.ts';

const endless = Number.POSITIVE_INFINITY;
const lease = { leaseMs: 60_000, periodMs: 5 };

test('a worker without a deadline claims a task for one lease, and renews the claim and the visibility timeout while it runs', async () => {
  const clock = { now: 0 };
  const store = createMemoryStore({ system: { now: () => clock.now } });
  const { transport, runs, send, acknowledged } = dispatchOne(
    {},
    { store, lease, system: { ...nodeSystem, now: () => clock.now } },
    endless,
  );
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  expect(await store.claim(claimOfAnother(0))).toEqual({ kind: 'claimedElsewhere', untilMs: 60_000 });
  clock.now = 30_000;
  await expect.poll(() => store.claim(claimOfAnother(0))).toEqual({ kind: 'claimedElsewhere', untilMs: 90_000 });
  await expect.poll(() => transport.visibilityChanges).toContainEqual({ receipt, seconds: 61 });
  runs[0]?.end(success);
  expect(await answer).toEqual(acknowledged);
  const changes = transport.visibilityChanges.length;
  await new Promise((resolve) => setTimeout(resolve, 4 * lease.periodMs));
  expect(transport.visibilityChanges).toHaveLength(changes);
});

test('a task whose claim is gone is cancelled, then terminated, and its outcome is not stored', async () => {
  const { store, runs, send } = dispatchOne({}, { lease, system: { ...nodeSystem, now: () => 0 } }, endless);
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  const other = { ...claimOfAnother(Date.now() + 120_000), worker: { pid: 2, hostname: 'there' }, trackStarted: true };
  expect(await store.claim(other)).toMatchObject({ kind: 'claimed' }); // By its own clock, the lease of long ago has ended.
  const [run] = runs;
  await expect
    .poll(() => run?.requests.slice(0, 2))
    .toEqual(['cancel', expect.objectContaining({ state: 'RETURNED' })]);
  run?.end(success);
  await answer;
  expect(await store.read('id')).toMatchObject({ state: 'STARTED', result: { hostname: 'there' } });
});

test('a task runs on when a renewal of its claim fails, and the failure is logged once', async () => {
  let failures = 3;
  const store = createMemoryStore();
  const renew: typeof store.renew = async (...claim) => {
    if (failures-- > 0) throw new Error('no network');
    return store.renew(...claim);
  };
  const { transport, lines, runs, send } = dispatchOne({}, { store: { ...store, renew }, lease }, endless);
  const answer = send();
  await expect.poll(() => transport.visibilityChanges).toContainEqual({ receipt, seconds: 61 });
  runs[0]?.end(success);
  await answer;
  expect(runs[0]?.requests).toEqual([]);
  expect(lines.filter((line) => line.includes('cannot be renewed'))).toHaveLength(1);
});

test('a message that is being returned is not hidden again by a renewal that is under way', async () => {
  const renewing = Promise.withResolvers<void>();
  const renewed = Promise.withResolvers<void>();
  const memory = createRecordedTransport();
  const transport: typeof memory = {
    ...memory,
    async changeVisibility(...change) {
      if (change[1] === 61) {
        renewing.resolve();
        await renewed.promise;
      }
      await memory.changeVisibility(...change);
    },
  };
  const { runs, send, returned } = dispatchOne({}, { transport, lease }, endless);
  const answer = send();
  await renewing.promise;
  runs[0]?.end({ state: 'RETURNED', why: 'The worker was shut down.' });
  renewed.resolve();
  expect(await answer).toEqual(returned);
  expect(memory.visibilityChanges.map(({ seconds }) => seconds)).toEqual([61, 0]);
});

test('a claim that is being released is not taken again by a renewal that is under way', async () => {
  const renewing = Promise.withResolvers<void>();
  const renewed = Promise.withResolvers<void>();
  const memory = createMemoryStore();
  const store: typeof memory = {
    ...memory,
    async renew(...given) {
      renewing.resolve();
      await renewed.promise;
      return memory.renew(...given);
    },
  };
  const { runs, send, returned } = dispatchOne({}, { store, lease }, endless);
  const answer = send();
  await renewing.promise;
  runs[0]?.end({ state: 'RETURNED', why: 'The worker was shut down.' });
  await new Promise((resolve) => setImmediate(resolve)); // Whatever follows the end of the task is under way.
  renewed.resolve();
  expect(await answer).toEqual(returned);
  expect(await memory.claim(claimOfAnother(Date.now() + 60_000))).toMatchObject({ kind: 'claimed', attempt: 1 });
});

test('the claim of an invocation is not renewed: it ends five seconds after the deadline', async () => {
  const deadlineMs = Date.now() + 60_000;
  const { store, runs, send } = dispatchOne({}, {}, deadlineMs);
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  expect(await store.claim(claimOfAnother(0))).toEqual({ kind: 'claimedElsewhere', untilMs: deadlineMs + 5000 });
  runs[0]?.end(success);
  await answer;
});
