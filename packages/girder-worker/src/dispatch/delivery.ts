import type { SQSRecord } from 'aws-lambda';
import type { Receipt } from '../transport/transport.ts';

/** One SQS record as it arrived. */
export interface Delivery {
  /** By which Lambda is told that the record is to come back. */
  readonly messageId: string;
  readonly receipt: Receipt;
  /** How often SQS has delivered the message, this time included. */
  readonly receiveCount: number;
  readonly body: string;
  /** Of a FIFO queue: messages of one group are run one after the other. */
  readonly messageGroup: string | undefined;
}

export function toDelivery(record: SQSRecord): Delivery {
  const { ApproximateReceiveCount = '1', MessageGroupId } = record.attributes;
  const isFifo = record.eventSourceARN.endsWith('.fifo');
  return {
    messageId: record.messageId,
    receipt: { queueArn: record.eventSourceARN, receiptHandle: record.receiptHandle, messageGroupId: MessageGroupId },
    receiveCount: Number(ApproximateReceiveCount),
    body: record.body,
    messageGroup: isFifo ? MessageGroupId : undefined,
  };
}

/** Deliveries that may be run side by side, each list of them in order: those of a FIFO group are one list. */
export function lanes(deliveries: readonly Delivery[]): readonly (readonly Delivery[])[] {
  const groups = new Map<unknown, Delivery[]>();
  for (const delivery of deliveries) {
    const key = delivery.messageGroup ?? delivery;
    groups.set(key, [...(groups.get(key) ?? []), delivery]);
  }
  return [...groups.values()];
}
