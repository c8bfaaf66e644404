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
}

export function toDelivery(record: SQSRecord): Delivery {
  return {
    messageId: record.messageId,
    receipt: { queueArn: record.eventSourceARN, receiptHandle: record.receiptHandle },
    receiveCount: Number(record.attributes?.ApproximateReceiveCount ?? 1),
    body: record.body,
  };
}
