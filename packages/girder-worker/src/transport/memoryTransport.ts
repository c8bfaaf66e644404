import type { SQSMessageAttribute, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { deadLetterAttributes } from './deadLetterAttributes.ts';
import { isFifo, queueNameInArn, sqsQueueName } from './queueName.ts';
import {
  maxDelaySeconds,
  type PublishedMessage,
  type PublishOptions,
  type Receipt,
  type RefusedMessage,
  type Transport,
} from './transport.ts';

export interface MemoryQueueSettings {
  /** How long a received message stays hidden if the receiver does not say so. @default 30, as in SQS */
  readonly visibilityTimeoutSeconds?: number;
  /** After so many deliveries a message moves to the dead-letter queue instead of being delivered again. @default never */
  readonly maxReceiveCount?: number;
  /** Why the queue takes no messages, as if it did not exist or might not be sent to. @default it takes them */
  readonly refusal?: string;
  /** The name of the dead-letter queue. @default the queue's name with the suffix `-dead-letters` */
  readonly deadLetterQueue?: string;
}

/** A message in a queue, visible or not. */
export interface MemoryMessage {
  readonly messageId: string;
  readonly body: string;
  readonly messageGroupId: string | undefined;
  /** Undefined if the queue is not a FIFO queue. */
  readonly messageDeduplicationId: string | undefined;
  /** The sender's; of a dead letter also `code`, `reason` and `queue`. */
  readonly messageAttributes: SQSMessageAttributes;
  /** The queue from which this one got the message after too many deliveries, by its ARN. */
  readonly deadLetterSourceArn: string | undefined;
  readonly receiveCount: number;
  readonly sentMs: number;
  /** Before this time no receiver gets the message, in ms since 1970. */
  readonly visibleMs: number;
  /** Received, and neither acknowledged nor visible again. */
  readonly isInFlight: boolean;
}

/** A queue does not take a message. */
class Refusal extends Error {}

/** Queues in this process with the rules of SQS: visibility timeouts, delays, receive counts, dead letters, FIFO groups. */
export interface MemoryTransport extends Transport {
  /** Receives visible messages as Lambda passes them to a function; at most 10, the oldest first. */
  receive(queueName: string, options?: { maxMessages?: number; visibilityTimeoutSeconds?: number }): SQSRecord[];
  /** All messages of a queue, the oldest first. */
  messages(queueName: string): readonly MemoryMessage[];
}

export interface MemoryTransportOptions {
  /** By their names in SQS. A queue that is not named here exists too, with the default settings. */
  readonly queues?: Readonly<Record<string, MemoryQueueSettings>>;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now' | 'randomUUID'>;
}

const region = 'us-east-1';
const maxVisibilitySeconds = 12 * 3600;
const maxReceivedMessages = 10;
/** For so long after a message, a FIFO queue drops further ones with its deduplication id. */
const deduplicationMs = 5 * 60 * 1000;

interface StoredMessage extends MemoryMessage {
  receiveCount: number;
  visibleMs: number;
  isInFlight: boolean;
  /** Of the latest delivery. */
  receiptHandle: string | undefined;
}

interface Queue {
  readonly name: string;
  /** By their ids, the oldest first. */
  readonly messages: Map<string, StoredMessage>;
  readonly deduplicationIds: Map<string, number>;
}

interface SendOptions extends Omit<PublishOptions, 'queue' | 'queueArn'>, Pick<Receipt, 'messageAttributes'> {
  readonly deadLetterSourceArn?: string | undefined;
}

export function createMemoryTransport({
  queues: settings = {},
  system = nodeSystem,
}: MemoryTransportOptions = {}): MemoryTransport {
  const queues = new Map<string, Queue>();

  const queueOf = (name: string): Queue => {
    const queue = queues.get(name) ?? { name, messages: new Map(), deduplicationIds: new Map<string, number>() };
    queues.set(name, queue);
    return queue;
  };

  const send = (name: string, body: string, options: SendOptions = {}): void => {
    const { refusal } = settings[name] ?? {};
    if (refusal !== undefined) throw new Refusal(refusal);
    const queue = queueOf(name);
    const hasGroups = isFifo(name);
    const messageDeduplicationId = hasGroups ? (options.messageDeduplicationId ?? system.randomUUID()) : undefined;
    if (messageDeduplicationId !== undefined && isDuplicate(queue, messageDeduplicationId)) return;
    const delaySeconds = hasGroups ? 0 : Math.min(Math.max(0, Math.ceil(options.delaySeconds ?? 0)), maxDelaySeconds);
    const messageId = system.randomUUID();
    queue.messages.set(messageId, {
      messageId,
      body,
      messageGroupId: options.messageGroupId ?? (hasGroups ? 'default' : undefined),
      messageDeduplicationId,
      messageAttributes: options.messageAttributes ?? {},
      deadLetterSourceArn: options.deadLetterSourceArn,
      receiveCount: 0,
      sentMs: system.now(),
      visibleMs: system.now() + delaySeconds * 1000,
      isInFlight: false,
      receiptHandle: undefined,
    });
  };

  const isDuplicate = ({ deduplicationIds }: Queue, id: string): boolean => {
    if (system.now() - (deduplicationIds.get(id) ?? Number.NEGATIVE_INFINITY) < deduplicationMs) return true;
    deduplicationIds.set(id, system.now());
    return false;
  };

  /** Messages whose visibility timeout has passed are in flight no longer; those delivered too often become dead letters. */
  const refresh = (queue: Queue): void => {
    const { maxReceiveCount = Number.POSITIVE_INFINITY } = settings[queue.name] ?? {};
    for (const message of queue.messages.values()) if (message.visibleMs <= system.now()) message.isInFlight = false;
    const isDead = ({ isInFlight, receiveCount, visibleMs }: StoredMessage) =>
      !isInFlight && visibleMs <= system.now() && receiveCount >= maxReceiveCount;
    const dead = [...queue.messages.values()].filter(isDead);
    for (const { messageId, body, ...kept } of dead) {
      queue.messages.delete(messageId);
      send(deadLetterQueueOf(queue.name), body, { ...kept, deadLetterSourceArn: arnOf(queue.name) });
    }
  };

  const deadLetterQueueOf = (name: string): string =>
    settings[name]?.deadLetterQueue ?? name.replace(/(\.fifo)?$/, '-dead-letters$1');

  /** The message of a receipt; undefined if it was acknowledged, or delivered again since. */
  const find = ({ queueArn, receiptHandle }: Receipt): StoredMessage | undefined => {
    const [messageId = ''] = receiptHandle.split('#');
    const message = queueOf(queueNameInArn(queueArn)).messages.get(messageId);
    return message?.receiptHandle === receiptHandle ? message : undefined;
  };

  return {
    async publish(body, { queue, queueArn, ...options }) {
      send(queueArn === undefined ? sqsQueueName(queue) : queueNameInArn(queueArn), body, options);
    },

    async publishAll<Message extends PublishedMessage>(messages: AsyncIterable<Message>) {
      const refused: RefusedMessage<Message>[] = [];
      for await (const message of messages) {
        const { body, queue, queueArn, ...options } = message;
        try {
          send(queueArn === undefined ? sqsQueueName(queue) : queueNameInArn(queueArn), body, options);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          refused.push({ message, error });
        }
      }
      return refused;
    },

    async resend({ queueArn, messageGroupId, messageAttributes }, body, delay) {
      send(queueNameInArn(queueArn), body, { ...delay, messageGroupId, messageAttributes });
    },

    async deadLetter({ receipt, body, code, reason, queueArn = receipt.queueArn }) {
      const { messageGroupId, messageDeduplicationId, messageAttributes: sender } = receipt;
      const text = (stringValue: string) => ({ dataType: 'String' as const, stringValue });
      const why = { code: text(code), reason: text(reason), queue: text(queueArn) };
      const messageAttributes = deadLetterAttributes<SQSMessageAttribute>(why, sender);
      const kept = { messageGroupId, messageDeduplicationId, messageAttributes };
      send(deadLetterQueueOf(queueNameInArn(receipt.queueArn)), body, kept);
    },

    async acknowledge(receipt) {
      const message = find(receipt);
      if (message) queueOf(queueNameInArn(receipt.queueArn)).messages.delete(message.messageId);
    },

    async changeVisibility(receipt, seconds) {
      const message = find(receipt);
      if (!message) return;
      const timeoutSeconds = Math.max(0, Math.min(Math.ceil(seconds), maxVisibilitySeconds));
      message.visibleMs = system.now() + timeoutSeconds * 1000;
    },

    receive(queueName, options = {}) {
      const queue = queueOf(queueName);
      refresh(queue);
      const { maxMessages = maxReceivedMessages } = options;
      const timeoutSeconds = options.visibilityTimeoutSeconds ?? settings[queueName]?.visibilityTimeoutSeconds ?? 30;
      const all = [...queue.messages.values()];
      const inFlight = isFifo(queueName) ? all.filter(({ isInFlight }) => isInFlight) : [];
      const lockedGroups = new Set(inFlight.map(({ messageGroupId }) => messageGroupId));
      const received = all
        .filter(({ visibleMs, messageGroupId }) => visibleMs <= system.now() && !lockedGroups.has(messageGroupId))
        .slice(0, Math.min(maxMessages, maxReceivedMessages));
      for (const message of received) {
        message.receiveCount += 1;
        message.isInFlight = true;
        message.receiptHandle = `${message.messageId}#${message.receiveCount}`;
        message.visibleMs = system.now() + timeoutSeconds * 1000;
      }
      return received.map((message) => recordOf(queueName, message));
    },

    messages(queueName) {
      const queue = queueOf(queueName);
      refresh(queue);
      return [...queue.messages.values()];
    },
  };
}

function recordOf(queueName: string, message: StoredMessage): SQSRecord {
  const { messageId, body, messageGroupId, messageDeduplicationId, receiveCount, receiptHandle, sentMs } = message;
  const { deadLetterSourceArn } = message;
  return {
    messageId,
    receiptHandle: receiptHandle!,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentMs),
      SenderId: 'memory',
      ApproximateFirstReceiveTimestamp: String(sentMs),
      ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
      ...(messageDeduplicationId !== undefined && { MessageDeduplicationId: messageDeduplicationId }),
      ...(deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: deadLetterSourceArn }),
    },
    messageAttributes: message.messageAttributes,
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: arnOf(queueName),
    awsRegion: region,
  };
}

function arnOf(queueName: string): string {
  return `arn:aws:sqs:${region}:000000000000:${queueName}`;
}
