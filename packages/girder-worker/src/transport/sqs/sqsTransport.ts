import { randomUUID } from 'node:crypto';
import { connectService, type ServiceCall } from '../../aws/serviceCall.ts';
import { ServiceError } from '../../aws/serviceError.ts';
import { parseBrokerUrl } from '../../connections/brokerUrl.ts';
import { clientSettings } from '../../connections/clientSettings.ts';
import { sqsQueueName } from '../queueName.ts';
import type { PublishOptions, Transport } from '../transport.ts';

/** The longest that SQS delays a message. */
const delayLimitSeconds = 900;

/** The longest that SQS hides a message. */
const visibilityLimitSeconds = 12 * 3600;

export interface SqsTransportOptions {
  readonly sqs: ServiceCall;
  /** @default that of the queue in which a dead letter was */
  readonly deadLetterQueueUrl?: string | undefined;
  /** Kombu's `queue_name_prefix`. */
  readonly queueNamePrefix?: string | undefined;
}

/** The transport that the environment names: GIRDER_WORKER_BROKER, and the AWS SDK's own variables. */
export function connectTransport(env: NodeJS.ProcessEnv): Transport {
  const broker = parseBrokerUrl(env.GIRDER_WORKER_BROKER ?? 'sqs://');
  return createSqsTransport({
    sqs: connectService('SQS', clientSettings(env, 'SQS', broker)),
    deadLetterQueueUrl: env.GIRDER_WORKER_DEAD_LETTER_QUEUE_URL,
    queueNamePrefix: env.GIRDER_WORKER_QUEUE_NAME_PREFIX,
  });
}

export function createSqsTransport(options: SqsTransportOptions): Transport {
  const { sqs, deadLetterQueueUrl, queueNamePrefix = '' } = options;
  const queueUrls = new Map<string, string>();

  const queueUrl = async (QueueName: string): Promise<string> => {
    const known = queueUrls.get(QueueName);
    if (known !== undefined) return known;
    const { QueueUrl } = await sqs<{ QueueUrl: string }>('GetQueueUrl', { QueueName }).catch((error: unknown) => {
      if (!isMissingQueue(error)) throw error;
      throw new Error(
        `There is no SQS queue "${QueueName}". Deploy the stack, start \`npm run dev\`, or name another queue: app.config.update({ taskDefaultQueue: '…' }).`,
        { cause: error },
      );
    });
    queueUrls.set(QueueName, QueueUrl);
    return QueueUrl;
  };

  /** The queue to which SQS itself moves what was delivered too often. */
  const deadLetterUrlOf = async (queueArn: string): Promise<string> => {
    const QueueUrl = await queueUrl(nameIn(queueArn));
    const input = { QueueUrl, AttributeNames: ['RedrivePolicy'] };
    const { Attributes } = await sqs<{ Attributes?: { RedrivePolicy?: string } }>('GetQueueAttributes', input);
    const { RedrivePolicy = '{}' } = Attributes ?? {};
    const { deadLetterTargetArn } = JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string };
    if (deadLetterTargetArn !== undefined) return queueUrl(nameIn(deadLetterTargetArn));
    throw new Error(
      `There is no queue for messages that cannot be run: ${nameIn(queueArn)} has no dead-letter queue, and GIRDER_WORKER_DEAD_LETTER_QUEUE_URL is not set.`,
    );
  };

  const send = async (queueName: string, MessageBody: string, options: Omit<PublishOptions, 'queue'>) => {
    const QueueUrl = await queueUrl(queueName);
    await sqs('SendMessage', { QueueUrl, MessageBody, ...sendOptions(queueName, options) });
  };

  return {
    publish: (body, { queue, ...options }) => send(sqsQueueName(queue, queueNamePrefix), body, options),
    resend: ({ queueArn, messageGroupId }, body, delay) => send(nameIn(queueArn), body, { ...delay, messageGroupId }),

    async deadLetter({ body, code, reason, queueArn }) {
      const QueueUrl = deadLetterQueueUrl ?? (await deadLetterUrlOf(queueArn));
      await sqs('SendMessage', {
        QueueUrl,
        MessageBody: body,
        ...sendOptions(QueueUrl, {}),
        MessageAttributes: {
          code: { DataType: 'String', StringValue: code },
          reason: { DataType: 'String', StringValue: printable(reason).slice(0, 1024) },
          queue: { DataType: 'String', StringValue: queueArn },
        },
      });
    },

    async acknowledge({ queueArn, receiptHandle }) {
      const QueueUrl = await queueUrl(nameIn(queueArn));
      await sqs('DeleteMessage', { QueueUrl, ReceiptHandle: receiptHandle });
    },

    async changeVisibility({ queueArn, receiptHandle }, seconds) {
      const QueueUrl = await queueUrl(nameIn(queueArn));
      const VisibilityTimeout = Math.max(0, Math.min(Math.ceil(seconds), visibilityLimitSeconds));
      await sqs('ChangeMessageVisibility', { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout });
    },
  };
}

/** What SQS is told besides the body; a FIFO queue has groups, and no delays of single messages (wire specification §1.6). */
function sendOptions(
  queueName: string,
  { delaySeconds = 0, messageGroupId, messageDeduplicationId }: Omit<PublishOptions, 'queue'>,
) {
  if (queueName.endsWith('.fifo')) {
    return {
      MessageGroupId: messageGroupId ?? 'default',
      MessageDeduplicationId: messageDeduplicationId ?? randomUUID(),
    };
  }
  const DelaySeconds = Math.min(Math.max(0, Math.ceil(delaySeconds)), delayLimitSeconds);
  return { ...(DelaySeconds > 0 && { DelaySeconds }), ...(messageGroupId && { MessageGroupId: messageGroupId }) };
}

/** By its name in SQS's API of now, or in that of before, which emulators use still. */
function isMissingQueue(error: unknown): boolean {
  return error instanceof ServiceError && /QueueDoesNotExist|NonExistentQueue/.test(error.name);
}

function nameIn(queueArn: string): string {
  return queueArn.slice(queueArn.lastIndexOf(':') + 1);
}

/** SQS takes no control characters in attributes. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD');
}
