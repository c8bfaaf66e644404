import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll } from 'vitest';
import type { Failure } from '../../packages/girder-worker/src/outcome/failure.ts';
import type { FinalOutcome } from '../../packages/girder-worker/src/outcome/outcome.ts';
import type { Claim, ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';
import { nodeSystem } from '../../packages/girder-worker/src/system/nodeSystem.ts';
import type { System } from '../../packages/girder-worker/src/system/system.ts';

/** A store, and its table if it has one. */
export interface Connected {
  readonly store: ResultStore;
  readonly table?: TableAccess;
}

/** The way to the table of a store. */
export interface TableAccess {
  /** The client of the store itself, and of Python's requests. */
  readonly client: DynamoDBClient;
}

/** Creates the store; its time is `system.now`. */
export type Connect = (system: System) => Promise<Connected>;

/** One store, shared by all tests of a suite; each test uses task ids of its own. */
export interface StoreUnderTest {
  readonly store: ResultStore;
  readonly client: DynamoDBClient;
  /** The store's time, in ms since 1970. */
  now(): number;
  /** Lets time pass. */
  pass(ms: number): void;
  newId(kind?: string): string;
  claimOf(changes?: Partial<Claim>): Claim;
}

export const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
export const success: FinalOutcome = { state: 'SUCCESS', resultJson: '121393' };
export const context = { group: null, parentId: null };
export const valueError: Failure = {
  type: 'ValueError',
  module: 'builtins',
  argsJson: '["boom", 42]',
  traceback: 'Traceback\u2026\n',
};

export function createStoreUnderTest(connect: Connect): StoreUnderTest {
  let connected: Connected;
  let now = start;
  let count = 0;
  beforeAll(async () => {
    connected = await connect({ ...nodeSystem, now: () => now });
  });
  const table = () => {
    if (!connected.table) throw new Error('This store has no table.');
    return connected.table;
  };
  const newId = (kind = 'task') => `${kind}-${++count}`;

  return {
    get store() {
      return connected.store;
    },
    get client() {
      return table().client;
    },
    now: () => now,
    pass(ms) {
      now += ms;
    },
    newId,
    claimOf: (changes = {}) => ({
      id: newId(),
      owner: 'invocation:0',
      leaseEndMs: now + 60_000,
      epoch: 0,
      ignoreResult: false,
      worker: { pid: 7, hostname: 'girder-worker@here' },
      ...changes,
    }),
  };
}
