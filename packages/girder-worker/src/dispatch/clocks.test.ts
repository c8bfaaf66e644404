import { describe, expect, test } from 'vitest';
import { createSimulatedTable } from '../simulation/simulatedTable.ts';
import { createDynamodbStore } from '../store/dynamodb/dynamodbStore.ts';
import { createServiceClock } from '../store/dynamodb/serviceClock.ts';
import type { DynamodbClient } from '../store/dynamodb/table.ts';
import { createVirtualSystem, type VirtualSystem } from '../system/virtualSystem.ts';
import { dispatchOne, success } from './fixtures/dispatchOne.ts';

const timeoutMs = 60_000;

/** Lets time pass in steps, between which batches of requests are sent. */
async function pass(world: VirtualSystem, ms: number) {
  for (let step = 0; step < 20; step++) await world.advance(ms / 20);
}

/** Functions on one table, each with its clock, that get the same message. */
function functions(world: VirtualSystem) {
  const table = createSimulatedTable({ system: world });
  return (aheadMs: number) => {
    const system = { ...world, now: () => world.now() + aheadMs };
    const clock = createServiceClock(system);
    const client: DynamodbClient = {
      send: async (command: never) => {
        const answered = clock.sent();
        return table.client.send(command).finally(() => answered(new Date(world.now()).toUTCString()));
      },
    } as never;
    const store = createDynamodbStore({ client, table: 'celery', system, clock });
    const dispatched = dispatchOne({}, { store, system }, system.now() + timeoutMs);
    return { ...dispatched, stored: async () => (await store.read('id'))?.state };
  };
}

describe.each([
  ['90 s slow', -90_000],
  ['90 s fast', 90_000],
  ['ten minutes slow', -600_000],
  ['ten minutes fast', 600_000],
])('a function whose clock is %s', (_, aheadMs) => {
  test.each([
    ['runs a task', aheadMs, 0],
    ['gets a task that another one runs', 0, aheadMs],
  ])(
    '%s: it runs once at a time, and again soon after the deadline of a function that died',
    async (_case, first, next) => {
      const world = createVirtualSystem();
      const start = functions(world);
      const one = start(first);
      void one.send();
      await pass(world, 100);
      expect(one.runs).toHaveLength(1);

      await pass(world, timeoutMs - 200);
      const early = start(next);
      const refused = early.send();
      await pass(world, 100);
      expect(await refused).toEqual(early.returned);
      expect(early.runs).toEqual([]);
      const [{ seconds } = { seconds: Number.NaN }] = early.transport.visibilityChanges;
      expect(seconds).toBeGreaterThan(2);
      expect(seconds).toBeLessThan(10);

      await pass(world, seconds * 1000);
      const late = start(next);
      const settled = late.send();
      await pass(world, 100);
      if (late.runs.length === 0) {
        // The times of the two functions differ by up to two seconds.
        expect(await settled).toEqual(late.returned);
        await pass(world, 2500);
        void late.send();
        await pass(world, 100);
      }
      expect(late.runs).toHaveLength(1);
      late.runs[0]!.end(success);
      await pass(world, 100);
      expect(await late.stored()).toBe('SUCCESS');
    },
  );
});
