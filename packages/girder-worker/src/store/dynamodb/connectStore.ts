import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ClientOptions, clientConfig } from '../../aws/clientConfig.ts';
import type { BackendConnection } from '../../connections/connections.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { ResultStore } from '../resultStore.ts';
import { createDynamodbStore } from './dynamodbStore.ts';
import { createServiceClock } from './serviceClock.ts';

/** Returns the result store of a backend; it connects at the first call. */
export function connectStore(backend: BackendConnection, options: ClientOptions = {}): ResultStore {
  const clock = createServiceClock(nodeSystem);
  const client = new DynamoDBClient(clientConfig(backend.dynamodb, { ...options, clock }));
  return createDynamodbStore({ ...backend, client, clock });
}
