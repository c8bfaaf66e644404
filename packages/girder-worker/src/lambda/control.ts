import type { SNSEvent } from 'aws-lambda';
import { loadConnections } from '../connections/connections.ts';
import { connectControl } from '../control/connectControl.ts';
import { createControlNode } from '../control/controlNode.ts';
import { createPidbox, type PidboxLog } from '../control/pidbox.ts';
import type { Registry } from '../registry/registry.ts';
import { connectTransport } from '../transport/sqs/sqsTransport.ts';

/**
 * Returns the Lambda handler of remote control: carries out the commands that Celery's clients publish to the SNS topic
 * `celery-pidbox`. Rejects with a ConfigurationError that lists all invalid environment variables.
 */
export async function createControlHandler(registry: Registry) {
  const log: PidboxLog = process.env.GIRDER_WORKER_LOG_FORMAT === 'text' ? console : await createJsonLog();
  const connections = loadConnections(process.env);
  const receive = createPidbox({
    node: connections.nodeName,
    control: createControlNode(connectControl(connections, { registry, warn: (text) => log.warn(text) })),
    transport: connectTransport(connections.broker),
    log,
  });
  return async ({ Records }: SNSEvent): Promise<void> => {
    await Promise.all(Records.map(({ Sns }) => receive(Sns.Message)));
  };
}

async function createJsonLog(): Promise<PidboxLog> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  return new Logger({ serviceName: 'girder-worker-control' });
}
