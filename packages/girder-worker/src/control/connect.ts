import { maskPassword } from '../connections/brokerUrl.ts';
import { nodeName } from '../connections/nodeName.ts';
import type { Registry } from '../registry/registry.ts';
import { connectStore } from '../store/dynamodb/connectStore.ts';
import { connectTaskScan } from '../store/dynamodb/dynamodbTaskScan.ts';
import type { ControlDeps } from './deps.ts';

/**
 * The parts of remote control for the queue and the table that the environment names. GIRDER_WORKER_QUEUES, separated by
 * commas, are the Celery queues that the worker takes its messages from.
 */
export function connectControl(
  env: NodeJS.ProcessEnv,
  { registry, warn }: { readonly registry: Registry | undefined; readonly warn: ControlDeps['warn'] },
): ControlDeps {
  return {
    node: nodeName(env),
    store: connectStore(env),
    census: connectTaskScan(env),
    // Loaded when it is first needed: to revoke takes the table alone.
    queues: {
      status: async (queue) => (await import('../transport/sqs/sqsQueueAdmin.ts')).connectQueueAdmin(env).status(queue),
    },
    queueNames: (env.GIRDER_WORKER_QUEUES ?? registry?.settings.taskDefaultQueue ?? 'celery').split(','),
    registry,
    urls: {
      broker: maskPassword(env.GIRDER_WORKER_BROKER ?? 'sqs://'),
      backend: maskPassword(env.GIRDER_WORKER_BACKEND ?? 'dynamodb:///celery'),
    },
    warn,
  };
}
