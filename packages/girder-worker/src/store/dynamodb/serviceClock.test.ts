import { describe, expect, test } from 'vitest';
import { createSimulatedTable } from '../../simulation/simulatedTable.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { createDynamodbStore } from './dynamodbStore.ts';
import { createServiceClock } from './serviceClock.ts';
import type { DynamodbClient } from './table.ts';

const minuteMs = 60_000;

describe('the time of DynamoDB', () => {
  /** An answer to a request of so many ms, from a service whose time is ahead by so much. */
  function answers(durationMs: number, ahead: () => number) {
    let nowMs = Date.UTC(2026, 0, 1, 0, 0, 0, 700);
    const clock = createServiceClock({ now: () => nowMs });
    const request = () => {
      const answered = clock.sent();
      nowMs += durationMs;
      answered(new Date(nowMs + ahead()).toUTCString());
    };
    return { clock, request, pass: (ms: number) => (nowMs += ms) };
  }

  test.each([-600_000, -90_000, -3000, 3000, 90_000, 600_000])('is %d ms ahead, within a second', (aheadMs) => {
    const { clock, request, pass } = answers(50, () => aheadMs);
    expect(clock.isKnown).toBe(false);
    for (let answer = 0; answer < 20; answer++) {
      request();
      expect(Math.abs(clock.offsetMs - aheadMs)).toBeLessThanOrEqual(1050);
      pass(137);
    }
    expect(clock.isKnown).toBe(true);
  });

  test.each([50, 5000])(
    'is that of a machine whose clock is right, however long a request takes: %d ms',
    (durationMs) => {
      const { clock, request } = answers(durationMs, () => 0);
      for (let answer = 0; answer < 20; answer++) request();
      expect(clock.offsetMs).toBe(0);
    },
  );

  test('is learned anew when the clock of the machine is set', () => {
    let aheadMs = 90_000;
    const { clock, request } = answers(50, () => aheadMs);
    request();
    aheadMs = 0;
    request();
    expect(Math.abs(clock.offsetMs)).toBeLessThanOrEqual(1050);
  });

  test('is not known from an answer without a date, or with one that cannot be read', () => {
    const clock = createServiceClock(nodeSystem);
    clock.sent()(undefined);
    clock.sent()('tomorrow');
    expect(clock).toMatchObject({ isKnown: false, offsetMs: 0 });
  });
});

describe('machines whose clocks are off', () => {
  /** One table, and a store for each machine. Each request takes 20 ms. */
  function world() {
    const time = { nowMs: Date.UTC(2026, 0, 1, 0, 0, 0, 700) };
    const table = createSimulatedTable({ system: { now: () => time.nowMs } });
    const requests: string[] = [];
    const machine = (name: string, aheadMs: number) => {
      const system = { ...nodeSystem, now: () => time.nowMs + aheadMs };
      const clock = createServiceClock(system);
      const client: DynamodbClient = {
        send: async (command: { constructor: { name: string } }) => {
          requests.push(command.constructor.name);
          const answered = clock.sent();
          time.nowMs += 20;
          try {
            return await table.client.send(command as never);
          } finally {
            answered(new Date(time.nowMs).toUTCString());
          }
        },
      } as never;
      const store = createDynamodbStore({ client, table: 'celery', system, clock, batchWrites: false });
      const claim = { id: 'id', owner: name, epoch: 0, ignoreResult: false, worker: { pid: 1, hostname: name } };
      const claimed = (leaseMs: number, epoch = 0) => ({ ...claim, epoch, leaseEndMs: system.now() + leaseMs });
      return { store, system, claimed };
    };
    return { time, machine, requests };
  }

  describe.each([
    ['90 s slow', -90_000],
    ['90 s fast', 90_000],
    ['ten minutes slow', -10 * minuteMs],
    ['ten minutes fast', 10 * minuteMs],
  ])('of which one is %s:', (_, aheadMs) => {
    test.each([
      ['its claim', aheadMs, 0, 0],
      ['its claim of a retry', aheadMs, 0, 1],
      ['the claim of another', 0, aheadMs, 0],
      ['the claim of another, by a retry,', 0, aheadMs, 1],
    ])('%s lasts as long as its lease, and no longer', async (_case, ownerAheadMs, otherAheadMs, epoch) => {
      const { time, machine } = world();
      const owner = machine('owner', ownerAheadMs);
      const other = machine('other', otherAheadMs);
      expect((await owner.store.claim(owner.claimed(minuteMs, epoch))).kind).toBe('claimed');
      const refused = await other.store.claim(other.claimed(minuteMs, epoch));
      expect(refused.kind).toBe('claimedElsewhere');
      if (refused.kind !== 'claimedElsewhere') return;
      expect(Math.abs(refused.untilMs - other.system.now() - minuteMs)).toBeLessThan(3000);
      time.nowMs += minuteMs - 3000;
      expect((await other.store.claim(other.claimed(minuteMs, epoch))).kind).toBe('claimedElsewhere');
      time.nowMs += 6000;
      expect((await other.store.claim(other.claimed(minuteMs, epoch))).kind).toBe('claimed');
    });

    test('a claim that it renews lasts', async () => {
      const { time, machine } = world();
      const owner = machine('owner', aheadMs);
      const other = machine('other', 0);
      const claim = owner.claimed(minuteMs);
      await owner.store.claim(claim);
      for (let renewal = 0; renewal < 10; renewal++) {
        time.nowMs += 20_000;
        expect((await owner.store.renew(claim, owner.system.now() + minuteMs)).kind).toBe('ok');
        expect((await other.store.claim(other.claimed(minuteMs))).kind).toBe('claimedElsewhere');
      }
    });

    test('a client with that clock flags a task that runs, and does not end it', async () => {
      const { machine } = world();
      const owner = machine('owner', 0);
      const client = machine('client', aheadMs);
      await owner.store.claim(owner.claimed(minuteMs));
      expect(await client.store.revoke('id', 'revoked')).toBe('flagged');
    });
  });

  test('a machine whose clock is right makes no request more', async () => {
    const { machine, requests } = world();
    const { store, claimed } = machine('right', 0);
    const claim = claimed(minuteMs);
    await store.claim(claim);
    await store.renew(claim, claim.leaseEndMs + minuteMs);
    await store.complete(claim, { state: 'SUCCESS', resultJson: '1' }, { group: null, parentId: null });
    expect(requests).toEqual(Array(3).fill('UpdateItemCommand'));
  });

  test('a machine whose clock is off makes one request more, for its first claim', async () => {
    const { machine, requests } = world();
    const { store, claimed } = machine('slow', -90_000);
    await store.claim(claimed(minuteMs));
    expect(requests).toHaveLength(2);
    await store.claim({ ...claimed(minuteMs), id: 'another' });
    expect(requests).toHaveLength(3);
  });
});
