import { connectService } from '../../aws/serviceCall.ts';
import type { BackendConnection } from '../../connections/connections.ts';
import type { ResultStore } from '../resultStore.ts';
import { createDynamodbStore } from './dynamodbStore.ts';

/** Returns the result store of a backend; it connects at the first call. */
export function connectStore({ dynamodb, table, keyPrefix, ttlSeconds }: BackendConnection): ResultStore {
  return createDynamodbStore({ dynamodb: connectService('DYNAMODB', dynamodb), table, keyPrefix, ttlSeconds });
}
