import type { SQSRecord } from 'aws-lambda';
import { exponentialBackoff } from '../system/backoff.ts';
import { isFifo } from '../transport/queueName.ts';
import type { Receipt } from '../transport/transport.ts';
import { countIn } from './deliveryCount.ts';

const backoffSeconds = { first: 2, max: 900 };

/** One SQS record as it arrived. */
export interface Delivery {
  /** Identifies the record in `batchItemFailures`. */
  readonly messageId: string;
  readonly receipt: Receipt;
  /** The receipt in the queue of dead letters to settle; `receipt` then names the queue in which the message was delivered too often. */
  readonly inbox?: Receipt | undefined;
  /** How often SQS has delivered the message, this time included. */
  readonly receiveCount: number;
  /** When the message was sent, in ms since 1970; undefined if the record does not tell it. */
  readonly sentMs?: number | undefined;
  readonly body: string;
  /** The message group of a FIFO queue, whose messages run one after the other. */
  readonly messageGroup: string | undefined;
}

export function toDelivery(record: SQSRecord): Delivery {
  const { ApproximateReceiveCount = '1', SentTimestamp, MessageGroupId, MessageDeduplicationId } = record.attributes;
  const hasGroups = isFifo(record.eventSourceARN);
  return {
    messageId: record.messageId,
    receipt: {
      queueArn: record.eventSourceARN,
      receiptHandle: record.receiptHandle,
      messageGroupId: MessageGroupId,
      messageDeduplicationId: MessageDeduplicationId,
      messageAttributes: record.messageAttributes,
    },
    receiveCount: Number(ApproximateReceiveCount),
    sentMs: SentTimestamp === undefined ? undefined : Number(SentTimestamp),
    body: record.body,
    messageGroup: hasGroups ? MessageGroupId : undefined,
  };
}

/** Celery's `redelivered`: whether SQS has delivered the message before. */
export function isRedelivered({ receiveCount }: Delivery): boolean {
  return receiveCount > 1;
}

/** Lists of deliveries that may run side by side, each in order: the deliveries of a FIFO message group are one list. */
export function byMessageGroup(deliveries: readonly Delivery[]): readonly (readonly Delivery[])[] {
  const groups = new Map<unknown, Delivery[]>();
  for (const delivery of deliveries) {
    const key = delivery.messageGroup ?? delivery;
    groups.set(key, [...(groups.get(key) ?? []), delivery]);
  }
  return [...groups.values()];
}

/** When SQS delivers a message again that its task has sent back, in seconds: 2, 4, 8, … up to 15 minutes. */
export function redeliveryBackoffSeconds({ receiveCount }: Delivery): number {
  return exponentialBackoff(receiveCount, backoffSeconds);
}

/**
 * The same for a message that failed for no fault of its task. A copy of a message that returned often goes on with the longest: during an outage
 * of hours, a copy that is delivered twice would otherwise be copied twice again within minutes.
 */
export function outageBackoffSeconds(delivery: Delivery): number {
  return exponentialBackoff(returnsOf(delivery), backoffSeconds);
}

/** The deliveries of a message, those of the messages of which it is a copy included. */
export function returnsOf({ receipt, receiveCount }: Delivery): number {
  return countIn(receipt, 'returns') + receiveCount;
}
