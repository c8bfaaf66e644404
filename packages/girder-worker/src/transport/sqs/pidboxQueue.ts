import { SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs';
import type { BrokerConnection } from '../../connections/connections.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { timeoutSignal } from '../../system/timeouts.ts';
import type { QueueConsumer } from '../queueConsumer.ts';
import { sqsQueueName } from '../queueName.ts';
import { createTopic, subscribeQueue } from './snsTopic.ts';
import { createSqsConsumer } from './sqsConsumer.ts';

/** Celery's exchange of remote control. */
const exchange = 'celery.pidbox';
/** Celery's default of `control_queue_ttl`: a command that no worker receives expires after this time. */
const retentionSeconds = 300;
/** SQS's limit. */
const maxQueueNameLength = 80;
/** Time for deleting queue and subscription when the worker shuts down. */
const closeTimeoutMs = 5000;

/** A queue that receives all commands of remote control, for one worker (Celery's pidbox). */
export interface PidboxQueue {
  /** The ARN of the topic to which clients publish commands. */
  readonly topicArn: string;
  readonly queue: QueueConsumer;
  /** Deletes the queue and its subscription. */
  close(): Promise<void>;
}

type PidboxSystem = Pick<System, 'startTimer' | 'randomUUID'>;

/**
 * Creates a queue for the node and subscribes it to the topic to which Celery publishes commands: `broker.topicArn`, or
 * else the topic that Kombu names after its exchange, which is created if it does not exist. Rejects with the SDK's
 * errors; nothing that it has created is left behind then.
 */
export async function openPidboxQueue(
  broker: BrokerConnection,
  node: string,
  system: PidboxSystem = nodeSystem,
): Promise<PidboxQueue> {
  const sqs = new SQSClient({ ...broker.sqs, useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(broker.sns);
  const undo: ((signal: AbortSignal) => Promise<unknown>)[] = [];
  const close = async () => {
    const timeout = timeoutSignal(system, closeTimeoutMs);
    try {
      await Promise.all(undo.map((step) => step(timeout)));
    } finally {
      sns.destroy();
      sqs.destroy();
    }
  };

  try {
    const prefix = broker.queueNamePrefix;
    const topicArn = broker.topicArn ?? (await createTopic(sns, sqsQueueName(exchange, prefix)));
    const Attributes = { MessageRetentionPeriod: String(retentionSeconds), Policy: policyFor(topicArn) };
    const QueueName = pidboxQueueName(node, prefix, system);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    undo.push((abortSignal) =>
      sqs.send(new DeleteQueueCommand({ QueueUrl }), { abortSignal }).catch(ignoreMissingQueue),
    );
    const queue = await createSqsConsumer(sqs, QueueName, system);
    undo.push(await subscribeQueue(sns, topicArn, queue.arn, { isRaw: true }));
    return { topicArn, queue, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Another process may have deleted the queue; the subscription must be deleted all the same. */
function ignoreMissingQueue(error: unknown): void {
  if (!(error instanceof QueueDoesNotExist)) throw error;
}

/**
 * The name of a node's queue, cut to SQS's limit. A random part makes it unique: two workers may have the same name, and
 * SQS does not create a queue within a minute after one of the same name was deleted.
 */
export function pidboxQueueName(node: string, prefix = '', system: Pick<System, 'randomUUID'> = nodeSystem): string {
  const suffix = `.${system.randomUUID().slice(0, 8)}.${exchange}`;
  return sqsQueueName(node.slice(0, maxQueueNameLength - prefix.length - suffix.length) + suffix, prefix);
}

/** Allows SNS to send what is published to the topic, and nothing else. */
function policyFor(topicArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
}
