import type { SQSMessageAttribute } from 'aws-lambda';
import { connectService, type ServiceCall } from '../../aws/serviceCall.ts';
import { ServiceError } from '../../aws/serviceError.ts';
import type { BrokerConnection } from '../../connections/connections.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { deadLetterAttributes } from '../deadLetterAttributes.ts';
import { queueNameInArn, sqsQueueName } from '../queueName.ts';
import type { PublishOptions, Receipt, Transport } from '../transport.ts';
import { missingQueueError } from './missingQueueError.ts';

/** SQS's limit of DelaySeconds. */
const maxDelaySeconds = 900;
/** SQS's limit of VisibilityTimeout. */
const maxVisibilitySeconds = 12 * 3600;
/** Length to which the reason of a dead letter is cut. */
const maxReasonLength = 1024;

export interface SqsTransportOptions {
  readonly sqs: ServiceCall;
  /** @default the dead-letter queue of the queue from which the message came */
  readonly deadLetterQueueUrl?: string | undefined;
  /** Kombu's `queue_name_prefix`. @default '' */
  readonly queueNamePrefix?: string | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'randomUUID'>;
}

/** Returns the transport of a broker; it connects at the first call. */
export function connectTransport({ sqs, deadLetterQueueUrl, queueNamePrefix }: BrokerConnection): Transport {
  return createSqsTransport({ sqs: connectService('SQS', sqs), deadLetterQueueUrl, queueNamePrefix });
}

/** Returns the transport over SQS. Methods also reject with an Error that names a queue which does not exist. */
export function createSqsTransport(options: SqsTransportOptions): Transport {
  const { sqs, deadLetterQueueUrl, queueNamePrefix = '', system = nodeSystem } = options;
  const queueUrls = new Map<string, string>();

  const queueUrl = async (QueueName: string): Promise<string> => {
    const known = queueUrls.get(QueueName);
    if (known !== undefined) return known;
    const { QueueUrl } = await sqs<{ QueueUrl: string }>('GetQueueUrl', { QueueName }).catch((error: unknown) => {
      if (!isMissingQueue(error)) throw error;
      throw missingQueueError(QueueName, "with app.config.update({ taskDefaultQueue: '…' })", error);
    });
    queueUrls.set(QueueName, QueueUrl);
    return QueueUrl;
  };

  /** The URL of the queue to which SQS moves messages of a queue after too many deliveries. */
  const redriveQueueUrl = async (queueArn: string): Promise<string> => {
    const QueueUrl = await queueUrl(queueNameInArn(queueArn));
    const input = { QueueUrl, AttributeNames: ['RedrivePolicy'] };
    const { Attributes } = await sqs<{ Attributes?: { RedrivePolicy?: string } }>('GetQueueAttributes', input);
    const { RedrivePolicy = '{}' } = Attributes ?? {};
    const { deadLetterTargetArn } = JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string };
    if (deadLetterTargetArn !== undefined) return queueUrl(queueNameInArn(deadLetterTargetArn));
    throw new Error(
      `There is no dead-letter queue: the queue ${queueNameInArn(queueArn)} has no redrive policy, and GIRDER_WORKER_DEAD_LETTER_QUEUE_URL is not set. Set one of them.`,
    );
  };

  const send = async (queueName: string, MessageBody: string, options: SendOptions) => {
    const QueueUrl = await queueUrl(queueName);
    await sqs('SendMessage', { QueueUrl, MessageBody, ...sendParameters(queueName, options) });
  };

  /** A FIFO queue takes a group and a deduplication id, and no delay of single messages (docs/wire-format.md §1.6). */
  const sendParameters = (queueName: string, options: SendOptions) => {
    const { delaySeconds = 0, messageGroupId, messageDeduplicationId, messageAttributes = {} } = options;
    const attributes = Object.entries(messageAttributes).map(([name, value]) => [name, attributeValue(value)]);
    const MessageAttributes = attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) };
    if (queueName.endsWith('.fifo')) {
      return {
        ...MessageAttributes,
        MessageGroupId: messageGroupId ?? 'default',
        MessageDeduplicationId: messageDeduplicationId ?? system.randomUUID(),
      };
    }
    const DelaySeconds = Math.min(Math.max(0, Math.ceil(delaySeconds)), maxDelaySeconds);
    return {
      ...MessageAttributes,
      ...(DelaySeconds > 0 && { DelaySeconds }),
      ...(messageGroupId && { MessageGroupId: messageGroupId }),
    };
  };

  return {
    publish: (body, { queue, queueArn, ...options }) =>
      send(queueArn === undefined ? sqsQueueName(queue, queueNamePrefix) : queueNameInArn(queueArn), body, options),
    resend: ({ queueArn, messageGroupId, messageAttributes }, body, delay) =>
      send(queueNameInArn(queueArn), body, { ...delay, messageGroupId, messageAttributes }),

    async deadLetter({ receipt, body, code, reason }) {
      const { queueArn, messageAttributes, ...kept } = receipt;
      const QueueUrl = deadLetterQueueUrl ?? (await redriveQueueUrl(queueArn));
      const why = {
        code: textAttribute(code),
        reason: textAttribute(printable(reason).slice(0, maxReasonLength)),
        queue: textAttribute(queueArn),
      };
      const attributes = deadLetterAttributes<SQSMessageAttribute>(why, messageAttributes);
      const parameters = sendParameters(QueueUrl, { ...kept, messageAttributes: attributes });
      await sqs('SendMessage', { QueueUrl, MessageBody: body, ...parameters });
    },

    async acknowledge({ queueArn, receiptHandle }) {
      const QueueUrl = await queueUrl(queueNameInArn(queueArn));
      await sqs('DeleteMessage', { QueueUrl, ReceiptHandle: receiptHandle });
    },

    async changeVisibility({ queueArn, receiptHandle }, seconds) {
      const QueueUrl = await queueUrl(queueNameInArn(queueArn));
      const VisibilityTimeout = Math.max(0, Math.min(Math.ceil(seconds), maxVisibilitySeconds));
      await sqs('ChangeMessageVisibility', { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout });
    },
  };
}

type SendOptions = Omit<PublishOptions, 'queue' | 'queueArn'> & Pick<Receipt, 'messageAttributes'>;

function textAttribute(stringValue: string): SQSMessageAttribute {
  return { dataType: 'String', stringValue };
}

/** An attribute of a record in the form of SendMessage. A binary value is base64 in both. */
function attributeValue({ dataType, stringValue, binaryValue }: SQSMessageAttribute) {
  return {
    DataType: dataType,
    ...(stringValue !== undefined && { StringValue: stringValue }),
    ...(binaryValue !== undefined && { BinaryValue: binaryValue }),
  };
}

/** AWS's JSON protocol and its older query protocol, which some emulators speak, name this error differently. */
function isMissingQueue(error: unknown): boolean {
  return error instanceof ServiceError && /QueueDoesNotExist|NonExistentQueue/.test(error.name);
}

/** Replaces characters that SQS does not accept in message attributes. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD');
}
