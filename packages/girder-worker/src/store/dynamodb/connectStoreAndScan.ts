import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientConfig } from '../../aws/clientConfig.ts';
import type { BackendConnection } from '../../connections/connections.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { OrphanScan } from '../orphanScan.ts';
import type { ResultStore } from '../resultStore.ts';
import type { TaskScan } from '../taskScan.ts';
import { createDynamodbOrphans } from './dynamodbOrphans.ts';
import { createDynamodbStore } from './dynamodbStore.ts';
import { createDynamodbTaskScan } from './dynamodbTaskScan.ts';
import { createServiceClock } from './serviceClock.ts';

/** The result store of a backend, and its scans. */
export interface StoreAndScan {
  readonly store: ResultStore;
  readonly taskScan: TaskScan;
  readonly orphanScan: OrphanScan;
}

/** Returns the result store and the scans of a backend, on one client; it connects at the first call. */
export function connectStoreAndScan(backend: BackendConnection): StoreAndScan {
  const clock = createServiceClock(nodeSystem);
  const client = new DynamoDBClient(clientConfig(backend.dynamodb, { clock }));
  return {
    store: createDynamodbStore({ ...backend, client, clock }),
    taskScan: createDynamodbTaskScan({ ...backend, client }),
    orphanScan: createDynamodbOrphans({ ...backend, client }),
  };
}
