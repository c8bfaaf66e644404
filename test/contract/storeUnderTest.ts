import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll } from 'vitest';
import type { ServiceCall } from '../../packages/girder-worker/src/aws/serviceCall.ts';
import type { Failure } from '../../packages/girder-worker/src/outcome/failure.ts';
import type { FinalOutcome } from '../../packages/girder-worker/src/outcome/outcome.ts';
import type { Claim, Clock, ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';

/** A store to be tested. */
export interface Connected {
  readonly store: ResultStore;
  readonly behind?: TableAccess;
}

/** How the table behind a store is reached, where there is one. */
export interface TableAccess {
  /** As the store itself does. */
  readonly dynamodb: ServiceCall;
  /** As others do. */
  readonly client: DynamoDBClient;
}

export type Connect = (clock: Clock) => Promise<Connected>;

/** What the tests of one store share: each takes a task id of its own. */
export interface StoreUnderTest {
  readonly store: ResultStore;
  readonly dynamodb: ServiceCall;
  readonly client: DynamoDBClient;
  /** The store's time. */
  now(): number;
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
    connected = await connect(() => now);
  });
  const behind = () => {
    if (!connected.behind) throw new Error('There is no table behind this store.');
    return connected.behind;
  };
  const newId = (kind = 'task') => `${kind}-${++count}`;

  return {
    get store() {
      return connected.store;
    },
    get dynamodb() {
      return behind().dynamodb;
    },
    get client() {
      return behind().client;
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
