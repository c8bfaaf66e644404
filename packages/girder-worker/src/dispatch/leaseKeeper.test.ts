import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createMemoryTransport } from '../transport/memoryTransport.ts';
import { claimOfAnother, dispatchOne, receipt, success } from './fixtures/dispatchOne.ts';

const endless = Number.POSITIVE_INFINITY;
const renewal = { leaseMs: 60_000, periodMs: 5 };

test('claims for a lease, where there is no deadline, and renews the claim and hides the message while the task runs', async () => {
  const clock = { now: 0 };
  const store = createMemoryStore(() => clock.now);
  const { transport, runs, send, settled } = dispatchOne({}, { store, renewal, clock: () => clock.now }, endless);
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  expect(await store.claim(claimOfAnother(0))).toEqual({ kind: 'elsewhere', untilMs: 60_000 });
  clock.now = 30_000;
  await expect.poll(() => store.claim(claimOfAnother(0))).toEqual({ kind: 'elsewhere', untilMs: 90_000 });
  await expect.poll(() => transport.visibilityChanges).toContainEqual({ receipt, seconds: 61 });
  runs[0]?.end(success);
  expect(await answer).toEqual(settled);
  const changes = transport.visibilityChanges.length;
  await new Promise((resolve) => setTimeout(resolve, 4 * renewal.periodMs));
  expect(transport.visibilityChanges).toHaveLength(changes);
});

test('tells a task to stop whose claim is gone, ends it if it does not, and stores nothing of it', async () => {
  const { store, runs, send } = dispatchOne({}, { renewal, clock: () => 0 }, endless);
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  const other = { ...claimOfAnother(Date.now() + 120_000), worker: { pid: 2, hostname: 'there' } };
  expect(await store.claim(other)).toMatchObject({ kind: 'claimed' }); // By its own clock, the lease of long ago has ended.
  const [run] = runs;
  await expect.poll(() => run?.told.slice(0, 2)).toEqual(['cancel', expect.objectContaining({ state: 'RETURNED' })]);
  run?.end(success);
  await answer;
  expect(await store.read('id')).toMatchObject({ state: 'STARTED', result: { hostname: 'there' } });
});

test('goes on where a renewal fails, and says so once', async () => {
  let failures = 3;
  const store = createMemoryStore();
  const renew: typeof store.renew = async (...claim) => {
    if (failures-- > 0) throw new Error('no network');
    return store.renew(...claim);
  };
  const { transport, lines, runs, send } = dispatchOne({}, { store: { ...store, renew }, renewal }, endless);
  const answer = send();
  await expect.poll(() => transport.visibilityChanges).toContainEqual({ receipt, seconds: 61 });
  runs[0]?.end(success);
  await answer;
  expect(runs[0]?.told).toEqual([]);
  expect(lines.filter((line) => line.includes('cannot be renewed'))).toHaveLength(1);
});

test('does not hide again a message that is on its way back', async () => {
  const renewing = Promise.withResolvers<void>();
  const renewed = Promise.withResolvers<void>();
  const memory = createMemoryTransport();
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
  const { runs, send, returned } = dispatchOne({}, { transport, renewal }, endless);
  const answer = send();
  await renewing.promise;
  runs[0]?.end({ state: 'RETURNED', why: 'The worker was shut down.' });
  renewed.resolve();
  expect(await answer).toEqual(returned);
  expect(memory.visibilityChanges.map(({ seconds }) => seconds)).toEqual([61, 0]);
});

test('leaves the claims of an invocation as they are, which outlast it', async () => {
  const deadlineMs = Date.now() + 60_000;
  const { store, runs, send } = dispatchOne({}, {}, deadlineMs);
  const answer = send();
  await expect.poll(() => runs).toHaveLength(1);
  expect(await store.claim(claimOfAnother(0))).toEqual({ kind: 'elsewhere', untilMs: deadlineMs + 5000 });
  runs[0]?.end(success);
  await answer;
});
