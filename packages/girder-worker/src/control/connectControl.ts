import type { Connections } from '../connections/connections.ts';
import type { Registry } from '../registry/registry.ts';
import { connectStoreAndScan } from '../store/dynamodb/connectStoreAndScan.ts';
import { defaultSettings } from '../task/config.ts';
import type { ControlDeps } from './deps.ts';

/**
 * Returns what remote control needs, for the broker and the backend of the connections. The queues are those that the
 * environment names, or else the default queue of the registry.
 */
export function connectControl(
  { nodeName, broker, backend }: Connections,
  { registry, warn }: { readonly registry: Registry | undefined; readonly warn: ControlDeps['warn'] },
): ControlDeps {
  // Loaded at the first use: the SDK for SQS is not needed to revoke tasks.
  const queues = async () => (await import('../transport/sqs/sqsQueueAdmin.ts')).connectQueueAdmin(broker);
  return {
    node: nodeName,
    ...connectStoreAndScan(backend),
    queues: { status: async (queue) => (await queues()).status(queue) },
    queueNames: broker.queues ?? [registry?.settings.taskDefaultQueue ?? defaultSettings.taskDefaultQueue],
    registry,
    urls: { broker: broker.url, backend: backend.url },
    warn,
  };
}
