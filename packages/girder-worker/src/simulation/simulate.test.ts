import { describe, expect, test } from 'vitest';
import { taskIdsOf } from '../canvas/apply/resultTuple.ts';
import type { RunResult } from '../execution/pool.ts';
import { resultOf } from '../execution/protocol.ts';
import type { ResultStore } from '../store/resultStore.ts';
import type { Transport } from '../transport/transport.ts';
import { defaultFaults, type FaultName, type Faults, faultNames, forEachFault, noFaults } from './faultKinds.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

/** One invocation of 30 dies, one request of 25 fails or loses its answer, and each item and each invocation has its own faults. */
const many: Faults = {
  ...forEachFault((name) => 4 * defaultFaults[name]),
  ...{ error: 0.02, lostAnswer: 0.02, death: 0.001, duplicate: 0.1, staleRead: 0.3 },
  ...{ hotKey: 0.01, duplicateBatch: 0.1, networkOutage: 1, queueOutage: 0, tableOutage: 0 },
};
/** Outages are tested apart: those of a run of few tasks begin too late. */
const outages: readonly FaultName[] = ['networkOutage', 'queueOutage', 'tableOutage'];

test('without faults, each task runs once, and ends with its result', async () => {
  const report = await simulate({ tasks: 300, seed: 1, faults: noFaults });
  expect(report.violations).toEqual([]);
  expect(report.tasks).toBeGreaterThanOrEqual(300);
  expect(report.faults).toEqual(noFaults);
});

test.each([1, 2, 3])(
  'with faults in many requests, nothing is lost, and nothing is done twice: seed %i',
  async (seed) => {
    const { violations, faults } = await simulate({ tasks: 300, seed, faults: many });
    expect(violations).toEqual([]);
    for (const name of faultNames) if (!outages.includes(name)) expect(faults[name], name).toBeGreaterThan(0);
  },
  60_000,
);

test('the same seed gives the same run, and the history of a task', async () => {
  const run = (trace?: string) => simulate({ tasks: 100, seed: 7, faults: many, trace });
  const first = await run();
  expect(await run()).toEqual(first);
});

describe('a simulation notices', () => {
  type Mutant = Omit<Partial<SimulationOptions>, 'tasks' | 'seed'>;
  const inStore = (change: (store: ResultStore) => Partial<ResultStore>): Mutant => ({
    mutateStore: (store) => ({ ...store, ...change(store) }),
  });
  const inTransport = (change: (transport: Transport) => Partial<Transport>): Mutant => ({
    mutateTransport: (transport) => ({ ...transport, ...change(transport) }),
  });
  let calls = 0;

  test.each<[string, Mutant]>([
    [
      'a message that is acknowledged before its result is stored',
      inStore((store) => ({
        async complete(claim, outcome, context) {
          void store.complete(claim, outcome, context).catch(() => undefined);
          return { kind: 'ok', outcome };
        },
      })),
    ],
    [
      'a chord that counts deliveries, and takes each member for ended',
      inStore((store) => ({
        countChordMember: (groupId, member) =>
          store.countChordMember(groupId, { ...member, memberId: `${member.memberId}-${calls++}` }),
        countedMembers: async (groupId) => new Set(taskIdsOf((await store.readGroup(groupId))!)),
      })),
    ],
    [
      'a redelivery that does not publish what follows',
      inStore((store) => ({
        readForContinuations: async (ids) => (ids.length > 1 ? store.readForContinuations(ids) : new Map()),
      })),
    ],
    [
      'a forgotten result that is not kept for what follows its task',
      inStore((store) => ({ readForContinuations: store.readMany })),
    ],
    [
      'an errback without a claim',
      inStore((store) => ({
        claim: async (claim) =>
          claim.task === 'sim.errback' ? { kind: 'claimed', attempt: 1, revoked: false } : store.claim(claim),
        ignore: async (claim) => (claim.task === 'sim.errback' ? { kind: 'ok' } : store.ignore(claim)),
      })),
    ],
    ['a claim without a lease', inStore((store) => ({ claim: (claim) => store.claim({ ...claim, leaseEndMs: 0 }) }))],
    ['a retry that is acknowledged and not sent', inTransport(() => ({ resend: async () => undefined }))],
    [
      'a claim that is released when its task ends by itself',
      inStore((store) => ({
        async complete(claim, outcome) {
          await store.release(claim, claim.epoch);
          return { kind: 'ok', outcome };
        },
      })),
    ],
    [
      'an attempt that is counted for each answer',
      inStore((store) => ({
        async claim(claim) {
          const answer = await store.claim(claim);
          return answer.kind === 'claimed'
            ? { ...answer, attempt: answer.attempt + (calls++ % 50 === 0 ? 5 : 0) }
            : answer;
        },
      })),
    ],
    [
      'a worker that does not renew its claims',
      // Without others: a process that reaches no service for a minute may lose its claims.
      { ...inStore(() => ({ renew: async () => ({ kind: 'ok' }) })), faults: { ...noFaults, duplicate: 0.3 } },
    ],
    [
      'a task that runs although a Python worker has ended it',
      inStore((store) => ({
        async claim(claim) {
          const answer = await store.claim(claim);
          const isByPython = answer.kind === 'final' && answer.digest === undefined;
          return isByPython ? { kind: 'claimed', attempt: 1, revoked: false } : answer;
        },
      })),
    ],
    [
      'a revoked task that runs',
      inStore((store) => ({
        async claim(claim) {
          const answer = await store.claim(claim);
          const isRevoked = answer.kind === 'final' && answer.state === 'REVOKED';
          return isRevoked ? { kind: 'claimed', attempt: 1, revoked: false } : answer;
        },
      })),
    ],
    [
      'a result that is forgotten before its task has ended, and whose task does not run then',
      inStore((store) => ({
        async forget(id) {
          await store.revoke(id, 'revoked');
        },
      })),
    ],
    [
      'a worker that runs the messages of a FIFO message group beside each other',
      { mutateConsumer: (consumer) => ({ ...consumer, isFifo: false }) },
    ],
    [
      'a claim that is released while the thread of its task lives',
      {
        maxWorkerLifeMs: 200_000,
        mutatePool: (pool) => ({
          run(...request) {
            const run = pool.run(...request);
            return { ...run, ended: run.ended.then(({ isThreadAlive: _, ...result }) => result) };
          },
        }),
      },
    ],
    [
      'a worker that returns a message while its task still runs',
      {
        maxWorkerLifeMs: 600_000,
        mutatePool: (pool) => ({
          run(...request) {
            const { promise: ended, resolve } = Promise.withResolvers<RunResult>();
            const run = pool.run(...request);
            void run.ended.then(resolve);
            return { ...run, ended, terminate: (outcome) => resolve(resultOf(outcome)) };
          },
        }),
      },
    ],
  ])(
    '%s',
    async (_, mutant) => {
      let violations: readonly unknown[] = [];
      for (let seed = 3; seed <= 12 && violations.length === 0; seed++)
        ({ violations } = await simulate({ tasks: 600, seed, faults: { ...many, death: 0.01 }, ...mutant }));
      expect(violations.length).toBeGreaterThan(0);
    },
    120_000,
  );
});
