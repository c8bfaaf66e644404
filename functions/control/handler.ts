import type { SNSEvent } from 'aws-lambda';
import {
  connectControlParts,
  connectTransport,
  createControl,
  createMailbox,
  type MailboxLog,
} from 'girder-worker/control';
import { registry } from '../dispatcher/registry.generated.ts';

const log: MailboxLog = process.env.GIRDER_WORKER_LOG_FORMAT === 'text' ? console : await createJsonLog();
const parts = connectControlParts(process.env, { registry, warn: (text) => log.warn(text) });

const receive = createMailbox({
  node: parts.node,
  control: createControl(parts),
  transport: connectTransport(process.env),
  log,
});

/** Remote control: takes the commands that Celery's clients publish to the SNS topic `celery-pidbox`. */
export async function handler({ Records }: SNSEvent): Promise<void> {
  await Promise.all(Records.map(({ Sns }) => receive(Sns.Message)));
}

async function createJsonLog(): Promise<MailboxLog> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  return new Logger({ serviceName: 'girder-worker-control' });
}
