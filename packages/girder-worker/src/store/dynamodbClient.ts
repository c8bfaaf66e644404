import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseBackendUrl } from './backendUrl.ts';
import { createDynamodbStore } from './dynamodb.ts';
import type { ResultStore } from './resultStore.ts';

/** The result store that the environment names: GIRDER_WORKER_BACKEND, and the AWS SDK's own variables. */
export function connectStore(env: NodeJS.ProcessEnv): ResultStore {
  const backend = parseBackendUrl(env.GIRDER_WORKER_BACKEND ?? `dynamodb://@${env.AWS_REGION ?? ''}/celery`);
  const endpoint = env.AWS_ENDPOINT_URL_DYNAMODB ?? env.AWS_ENDPOINT_URL ?? backend.endpoint;
  const client = new DynamoDBClient({
    ...(backend.region && { region: backend.region }),
    ...(endpoint && { endpoint }),
    ...(backend.credentials && { credentials: backend.credentials }),
  });
  return createDynamodbStore({ client, table: backend.table });
}
