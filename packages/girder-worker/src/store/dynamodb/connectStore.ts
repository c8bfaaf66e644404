import { connectService } from '../../aws/serviceCall.ts';
import { parseBackendUrl } from '../../connections/backendUrl.ts';
import { clientSettings } from '../../connections/clientSettings.ts';
import type { ResultStore } from '../resultStore.ts';
import { createDynamodbStore } from './dynamodbStore.ts';

/**
 * The result store that the environment names: GIRDER_WORKER_BACKEND, GIRDER_WORKER_KEY_PREFIX (Celery's
 * `global_keyprefix`), and the AWS SDK's own variables.
 */
export function connectStore(env: NodeJS.ProcessEnv): ResultStore {
  const backend = parseBackendUrl(env.GIRDER_WORKER_BACKEND ?? 'dynamodb:///celery');
  return createDynamodbStore({
    dynamodb: connectService('DYNAMODB', clientSettings(env, 'DYNAMODB', backend)),
    table: backend.table,
    keyPrefix: env.GIRDER_WORKER_KEY_PREFIX,
    ttlSeconds: backend.ttlSeconds,
  });
}
