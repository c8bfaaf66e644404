import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientConfig } from '../../aws/clientConfig.ts';
import type { BackendConnection } from '../../connections/connections.ts';
import type { ResultStore } from '../resultStore.ts';
import type { TaskScan } from '../taskScan.ts';
import { createDynamodbStore } from './dynamodbStore.ts';
import { createDynamodbTaskScan } from './dynamodbTaskScan.ts';

/** The result store of a backend, and its task scan. */
export interface StoreAndScan {
  readonly store: ResultStore;
  readonly taskScan: TaskScan;
}

/** Returns the result store and the task scan of a backend, on one client; it connects at the first call. */
export function connectStoreAndScan(backend: BackendConnection): StoreAndScan {
  const client = new DynamoDBClient(clientConfig(backend.dynamodb));
  return {
    store: createDynamodbStore({ ...backend, client }),
    taskScan: createDynamodbTaskScan({ ...backend, client }),
  };
}
