import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSMessageAttribute } from 'aws-lambda';
import type { ClientOptions } from '../../aws/clientConfig.ts';
import type { BrokerConnection } from '../../connections/connections.ts';
import { type Batcher, createBatcher } from '../../system/batcher.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { once } from '../../system/once.ts';
import type { System } from '../../system/system.ts';
import { deadLetterAttributes } from '../deadLetterAttributes.ts';
import { isFifo, queueNamedBy, queueNameInArn, sqsQueueName } from '../queueName.ts';
import {
  maxDelaySeconds,
  type PublishedMessage,
  type PublishOptions,
  type Receipt,
  type RefusedMessage,
  type Transport,
} from '../transport.ts';
import { type BatchEntryError, callWithEntries, maxEntries } from './batchCall.ts';
import { missingQueueError } from './missingQueueError.ts';
import { isMissingQueue, isRefusal, isRefusalByQueue } from './refusal.ts';
import { sendInBatches } from './sendInBatches.ts';
import type { SqsCalls } from './sqsCalls.ts';

/** SQS's limit of VisibilityTimeout. */
const maxVisibilitySeconds = 12 * 3600;
/** Length to which the reason of a dead letter is cut. */
const maxReasonLength = 1024;
/** How long a deletion or a change of visibility waits for others, which are made in the same request. */
const maxWaitMs = 5;

export interface SqsTransportOptions {
  /** Loads the operations of SQS; called at their first use. */
  readonly connect: () => Promise<SqsCalls>;
  /** @default the dead-letter queue of the queue from which the message came */
  readonly deadLetterQueueUrl?: string | undefined;
  /** Kombu's `queue_name_prefix`. @default '' */
  readonly queueNamePrefix?: string | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'randomUUID' | 'sleep' | 'random' | 'startTimer'>;
}

/** Returns the transport of a broker. It loads the SDK and connects at the first call: a short task sends nothing. */
export function connectTransport(
  { sqs, deadLetterQueueUrl, queueNamePrefix }: BrokerConnection,
  options: ClientOptions = {},
): Transport {
  const connect = async () => (await import('./sqsCalls.ts')).createSqsCalls(sqs, options);
  return createSqsTransport({ connect, deadLetterQueueUrl, queueNamePrefix });
}

/** Returns the transport over SQS. Methods also reject with an Error that names a queue which does not exist. */
export function createSqsTransport(options: SqsTransportOptions): Transport {
  const { deadLetterQueueUrl, queueNamePrefix = '', system = nodeSystem } = options;
  const connect = once(options.connect);
  const queueUrls = new Map<string, Promise<string>>();
  const deletions = new Map<string, Batcher<Deletion, BatchEntryError | undefined>>();
  const hidings = new Map<string, Batcher<Hiding, BatchEntryError | undefined>>();

  /** The URL of a queue, which is given by its name, or by its ARN if a message came from it: it may be in another account. */
  const queueUrl = (queue: string): Promise<string> => {
    const known = queueUrls.get(queue);
    if (known !== undefined) return known;
    const url = readQueueUrl(queue);
    queueUrls.set(queue, url);
    url.catch(() => queueUrls.delete(queue));
    return url;
  };

  const readQueueUrl = async (queue: string): Promise<string> => {
    const sqs = await connect();
    const { name: QueueName, account } = queueNamedBy(queue);
    const owner = account === undefined ? {} : { QueueOwnerAWSAccountId: account };
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName, ...owner }).catch((error: unknown) => {
      if (!isMissingQueue(error)) throw error;
      throw missingQueueError(QueueName, "with app.config.update({ taskDefaultQueue: '…' })", error);
    });
    return QueueUrl!;
  };

  /** The URL of the queue to which SQS moves messages of a queue after too many deliveries. */
  const redriveQueueUrl = async (queueArn: string): Promise<string> => {
    const QueueUrl = await queueUrl(queueArn);
    const sqs = await connect();
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['RedrivePolicy'] });
    const { RedrivePolicy = '{}' } = Attributes ?? {};
    const { deadLetterTargetArn } = JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string };
    if (deadLetterTargetArn !== undefined) return queueUrl(deadLetterTargetArn);
    throw new Error(
      `There is no dead-letter queue: the queue ${queueNameInArn(queueArn)} has no redrive policy, and GIRDER_WORKER_DEAD_LETTER_QUEUE_URL is not set. Set one of them.`,
    );
  };

  const send = async (queue: string, MessageBody: string, options: SendOptions) => {
    const QueueUrl = await queueUrl(queue);
    const sqs = await connect();
    await sqs.sendMessage({ QueueUrl, MessageBody, ...sendParameters(queue, options) });
  };

  /** Sends messages to one queue, in one request unless that is refused for one of them. Resolves to those that are refused. */
  const sendTogether = async <Message extends PublishedMessage>(
    queue: string,
    messages: readonly Message[],
  ): Promise<readonly RefusedMessage<Message>[]> => {
    const [first] = messages;
    try {
      if (messages.length > 1) return await sendBatch(queue, messages);
      if (first) await send(queue, first.body, first);
      return [];
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (messages.length === 1 || isRefusalByQueue(error)) return messages.map((message) => ({ message, error }));
    }
    const refused: RefusedMessage<Message>[] = [];
    for (const message of messages) refused.push(...(await sendTogether(queue, [message])));
    return refused;
  };

  const sendBatch = async <Message extends PublishedMessage>(queue: string, messages: readonly Message[]) => {
    const QueueUrl = await queueUrl(queue);
    const sqs = await connect();
    const entries = messages.map(({ body, ...options }) => ({
      MessageBody: body,
      ...sendParameters(queue, options),
    }));
    const errors = await callWithEntries(entries, (Entries) => sqs.sendMessageBatch({ QueueUrl, Entries }), system);
    return messages.flatMap((message, index) => {
      const error = errors[index];
      if (!error) return [];
      if (isRefusal(error)) return [{ message, error }];
      throw error;
    });
  };

  /** The batcher of a queue in the map, which is created at its first use. */
  const batcherOf = <Entry extends object>(
    batchers: Map<string, Batcher<Entry, BatchEntryError | undefined>>,
    QueueUrl: string,
    call: (sqs: SqsCalls, Entries: (Entry & { Id: string })[]) => ReturnType<SqsCalls['deleteMessageBatch']>,
  ) => {
    const known = batchers.get(QueueUrl);
    if (known) return known;
    const batcher = createBatcher<Entry, BatchEntryError | undefined>({
      send: async (entries) => {
        const sqs = await connect();
        return callWithEntries(entries, (Entries) => call(sqs, Entries), system);
      },
      maxItems: maxEntries,
      system,
    });
    batchers.set(QueueUrl, batcher);
    return batcher;
  };

  /** A FIFO queue takes a group and a deduplication id, and no delay of single messages (docs/wire-format.md §1.6). */
  const sendParameters = (queue: string, options: SendOptions) => {
    const { delaySeconds = 0, messageGroupId, messageDeduplicationId, messageAttributes = {} } = options;
    const attributes = Object.entries(messageAttributes).map(([name, value]) => [name, attributeValue(value)]);
    const MessageAttributes = attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) };
    if (isFifo(queue)) {
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

  const queueOf = ({ queue, queueArn }: PublishOptions) => queueArn ?? sqsQueueName(queue, queueNamePrefix);

  return {
    publish: (body, options) => send(queueOf(options), body, options),
    publishAll: (messages) => sendInBatches(messages, { queueOf, send: sendTogether }),
    resend: ({ queueArn, messageGroupId, messageAttributes }, body, delay) =>
      send(queueArn, body, { ...delay, messageGroupId, messageAttributes }),

    async deadLetter({ receipt, body, code, reason, queueArn = receipt.queueArn }) {
      const { messageAttributes, ...kept } = receipt;
      const QueueUrl = deadLetterQueueUrl ?? (await redriveQueueUrl(receipt.queueArn));
      const why = {
        code: textAttribute(code),
        reason: textAttribute(printable(reason).slice(0, maxReasonLength)),
        queue: textAttribute(queueArn),
      };
      const attributes = deadLetterAttributes<SQSMessageAttribute>(why, messageAttributes);
      const parameters = sendParameters(QueueUrl, { ...kept, messageAttributes: attributes });
      const sqs = await connect();
      await sqs.sendMessage({ QueueUrl, MessageBody: body, ...parameters });
    },

    async acknowledge({ queueArn, receiptHandle }) {
      const QueueUrl = await queueUrl(queueArn);
      const batcher = batcherOf(deletions, QueueUrl, (sqs, Entries) => sqs.deleteMessageBatch({ QueueUrl, Entries }));
      const error = await batcher.add({ ReceiptHandle: receiptHandle }, maxWaitMs);
      if (error) throw error;
    },

    async changeVisibility({ queueArn, receiptHandle }, seconds) {
      const QueueUrl = await queueUrl(queueArn);
      const VisibilityTimeout = Math.max(0, Math.min(Math.ceil(seconds), maxVisibilitySeconds));
      const batcher = batcherOf(hidings, QueueUrl, (sqs, Entries) =>
        sqs.changeMessageVisibilityBatch({ QueueUrl, Entries }),
      );
      const error = await batcher.add({ ReceiptHandle: receiptHandle, VisibilityTimeout }, maxWaitMs);
      if (error) throw error;
    },
  };
}

type SendOptions = Omit<PublishOptions, 'queue' | 'queueArn'> & Pick<Receipt, 'messageAttributes'>;

/** A message to delete. */
interface Deletion {
  readonly ReceiptHandle: string;
}

/** A message to hide for so many seconds. */
interface Hiding extends Deletion {
  readonly VisibilityTimeout: number;
}

function textAttribute(stringValue: string): SQSMessageAttribute {
  return { dataType: 'String', stringValue };
}

/** An attribute of a record, whose binary value is base64, in the form of SendMessage. */
function attributeValue({ dataType, stringValue, binaryValue }: SQSMessageAttribute): MessageAttributeValue {
  return {
    DataType: dataType,
    ...(stringValue !== undefined && { StringValue: stringValue }),
    ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue, 'base64') }),
  };
}

/** Replaces characters that SQS does not accept in message attributes. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD');
}
