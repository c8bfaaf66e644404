import { nodeName } from '../aws/nodeName.ts';
import type { Registry } from '../registry/registry.ts';
import { connectCensus } from '../store/dynamodbCensus.ts';
import { connectStore } from '../store/dynamodbClient.ts';
import { masked } from '../transport/brokerUrl.ts';
import type { ControlParts } from './parts.ts';

/**
 * The parts of remote control for the queue and the table that the environment names. GIRDER_WORKER_QUEUES, separated by
 * commas, are the Celery queues that the worker takes its messages from.
 */
export function connectControlParts(
  env: NodeJS.ProcessEnv,
  { registry, warn }: { readonly registry: Registry | undefined; readonly warn: ControlParts['warn'] },
): ControlParts {
  return {
    node: nodeName(env),
    store: connectStore(env),
    census: connectCensus(env),
    // Loaded when it is first needed: to revoke takes the table alone.
    queues: {
      status: async (queue) => (await import('../transport/sqsQueueControl.ts')).connectQueueControl(env).status(queue),
    },
    queueNames: (env.GIRDER_WORKER_QUEUES ?? registry?.settings.taskDefaultQueue ?? 'celery').split(','),
    registry,
    urls: {
      broker: masked(env.GIRDER_WORKER_BROKER ?? 'sqs://'),
      backend: masked(env.GIRDER_WORKER_BACKEND ?? 'dynamodb:///celery'),
    },
    warn,
  };
}
