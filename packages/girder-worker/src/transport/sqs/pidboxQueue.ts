import { randomUUID } from 'node:crypto';
import { SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, QueueDoesNotExist, SQSClient } from '@aws-sdk/client-sqs';
import { parseBrokerUrl } from '../../connections/brokerUrl.ts';
import { type ClientSettings, clientSettings } from '../../connections/clientSettings.ts';
import type { QueueConsumer } from '../queueConsumer.ts';
import { sqsQueueName } from '../queueName.ts';
import { createTopic, subscribeQueue } from './snsTopic.ts';
import { createSqsConsumer } from './sqsConsumer.ts';

/** Celery's exchange of remote control. */
const exchange = 'celery.pidbox';

/** As long as Celery keeps a command that nobody takes (`control_queue_ttl`). */
const retentionSeconds = 300;

const longestQueueName = 80;

/** How long a worker that shuts down waits for answers. */
const closingMs = 5000;

/** A queue of one's own into which go all commands of remote control. */
export interface PidboxQueue {
  /** The ARN of the topic to which clients publish them. */
  readonly topicArn: string;
  readonly queue: QueueConsumer;
  /** Takes the queue away again. */
  close(): Promise<void>;
}

/**
 * Opens a mailbox at the topic to which Celery publishes its commands: the one of GIRDER_WORKER_TOPIC_ARN, or else the one
 * that Kombu names after its exchange, which is created where it is missing. Rejects with the SDK's errors.
 */
export async function openPidboxQueue(env: NodeJS.ProcessEnv, node: string): Promise<PidboxQueue> {
  const settings = settingsOf(env);
  const sqs = new SQSClient({ ...settings.sqs, useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(settings.sns);
  const undo: ((signal: AbortSignal) => Promise<unknown>)[] = [];
  const close = async () => {
    const tooLate = AbortSignal.timeout(closingMs);
    try {
      await Promise.all(undo.map((step) => step(tooLate)));
    } finally {
      sns.destroy();
      sqs.destroy();
    }
  };

  try {
    const prefix = env.GIRDER_WORKER_QUEUE_NAME_PREFIX;
    const topicArn = env.GIRDER_WORKER_TOPIC_ARN ?? (await createTopic(sns, sqsQueueName(exchange, prefix)));
    const Attributes = { MessageRetentionPeriod: String(retentionSeconds), Policy: policyFor(topicArn) };
    const QueueName = pidboxQueueName(node, prefix);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    undo.push((abortSignal) => sqs.send(new DeleteQueueCommand({ QueueUrl }), { abortSignal }).catch(unlessGone));
    const queue = await createSqsConsumer(sqs, QueueName);
    undo.push(await subscribeQueue(sns, topicArn, queue.arn, { isRaw: true }));
    return { topicArn, queue, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A queue that somebody else has deleted is gone all the same; the rest of what is undone is not to suffer from it. */
function unlessGone(error: unknown): void {
  if (!(error instanceof QueueDoesNotExist)) throw error;
}

/** An emulator of SQS is one of SNS, too, where nothing else is said: as Kombu takes it. */
function settingsOf(env: NodeJS.ProcessEnv): { readonly sqs: ClientSettings; readonly sns: ClientSettings } {
  const broker = parseBrokerUrl(env.GIRDER_WORKER_BROKER ?? 'sqs://');
  const sqs = clientSettings(env, 'SQS', broker);
  return { sqs, sns: clientSettings(env, 'SNS', { ...broker, endpoint: sqs.endpoint }) };
}

/**
 * Each mailbox has a name that no other had, as two workers may have one name, and SQS refuses for a minute the name of a
 * queue that was deleted. A long name of a node is cut.
 */
export function pidboxQueueName(node: string, prefix = ''): string {
  const suffix = `.${randomUUID().slice(0, 8)}.${exchange}`;
  return sqsQueueName(node.slice(0, longestQueueName - prefix.length - suffix.length) + suffix, prefix);
}

/** Lets SNS, and nobody else, send what is published to the topic. */
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
