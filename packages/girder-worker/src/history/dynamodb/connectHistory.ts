import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ClientOptions, clientConfig } from '../../aws/clientConfig.ts';
import type { BackendConnection, HistoryConnection } from '../../connections/connections.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { History } from '../history.ts';
import { createDynamodbHistory } from './dynamodbHistory.ts';

/** Returns the history in a table at the endpoint of the backend; it connects at the first call. */
export function connectHistory(
  { dynamodb }: Pick<BackendConnection, 'dynamodb'>,
  history: HistoryConnection,
  options: ClientOptions = {},
): History {
  const client = new DynamoDBClient(clientConfig(dynamodb, options));
  return createDynamodbHistory({ ...history, client, system: nodeSystem });
}
