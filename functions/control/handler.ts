import type { SNSEvent } from 'aws-lambda';
import {
  connectControl,
  connectTransport,
  createControlNode,
  createPidbox,
  loadConnections,
  type PidboxLog,
} from 'girder-worker/control';
import { registry } from '../dispatcher/registry.generated.ts';

const log: PidboxLog = process.env.GIRDER_WORKER_LOG_FORMAT === 'text' ? console : await createJsonLog();
const connections = loadConnections(process.env);

const receive = createPidbox({
  node: connections.nodeName,
  control: createControlNode(connectControl(connections, { registry, warn: (text) => log.warn(text) })),
  transport: connectTransport(connections.broker),
  log,
});

/** Remote control: executes the commands that Celery's clients publish to the SNS topic `celery-pidbox`. */
export async function handler({ Records }: SNSEvent): Promise<void> {
  await Promise.all(Records.map(({ Sns }) => receive(Sns.Message)));
}

async function createJsonLog(): Promise<PidboxLog> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  return new Logger({ serviceName: 'girder-worker-control' });
}
