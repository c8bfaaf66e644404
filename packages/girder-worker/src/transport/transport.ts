import type { SQSMessageAttributes } from 'aws-lambda';

/** Identifies one delivery of a message, and holds what a copy of the message keeps besides its body. */
export interface Receipt {
  /** The queue from which the message came. */
  readonly queueArn: string;
  readonly receiptHandle: string;
  /** Undefined if the sender gave none; messages of a FIFO queue always have one. */
  readonly messageGroupId?: string | undefined;
  /** Undefined if the queue is not a FIFO queue. */
  readonly messageDeduplicationId?: string | undefined;
  /** The SQS message attributes of the sender. */
  readonly messageAttributes?: SQSMessageAttributes | undefined;
}

/** A message that cannot be run, with the reason. */
export interface DeadLetter {
  /** The delivery of the message. */
  readonly receipt: Receipt;
  readonly body: string;
  /** An error code for programs, such as `BODY_MALFORMED`. */
  readonly code: string;
  /** A sentence for people. */
  readonly reason: string;
  /** The queue to which an operator can send the message back. @default the queue of the receipt */
  readonly queueArn?: string | undefined;
}

/** SQS's limit of the delay of a message. */
export const maxDelaySeconds = 900;

export interface Delay {
  /** How long the message is invisible after it was sent, at most `maxDelaySeconds`. Ignored by FIFO queues. @default 0 */
  readonly delaySeconds?: number | undefined;
}

export interface PublishOptions extends Delay {
  /** Celery's name of the queue. */
  readonly queue: string;
  /** The queue in SQS, if it is known. It wins over the queue to which the broker's settings resolve `queue`. */
  readonly queueArn?: string | undefined;
  /** FIFO queues deliver messages of one group in order. @default 'default', as in Celery */
  readonly messageGroupId?: string | undefined;
  /** FIFO queues drop a message whose id they have seen within five minutes. @default a random UUID */
  readonly messageDeduplicationId?: string | undefined;
}

/** A message to send, and where to. */
export interface PublishedMessage extends PublishOptions {
  readonly body: string;
}

/** A message that the broker refuses now and at any other attempt: its queue does not exist, or does not take it from this sender. */
export interface RefusedMessage<Message extends PublishedMessage> {
  readonly message: Message;
  readonly error: Error;
}

/** The queues of a broker. Methods reject if the broker refuses the call or cannot be reached. */
export interface Transport {
  /** Sends a message to a queue; `body` is what `message/encode.ts` returns. */
  publish(body: string, options: PublishOptions): Promise<void>;
  /**
   * Sends messages, in as few requests as the broker allows, and in their order within each FIFO queue. Takes them from the iterator as
   * they are needed. Resolves to the messages that the broker refuses; all others are sent. Rejects if the broker cannot be reached:
   * then some may have been sent.
   */
  publishAll<Message extends PublishedMessage>(
    messages: AsyncIterable<Message>,
  ): Promise<readonly RefusedMessage<Message>[]>;
  /** Sends a message to the queue from which a delivery came, with the same message group and message attributes. */
  resend(receipt: Receipt, body: string, delay: Delay): Promise<void>;
  /**
   * Sends a copy of a message that cannot be run to the dead-letter queue. The copy keeps the message group, the deduplication id
   * and the sender's message attributes; of more than seven attributes the first seven, as SQS takes at most ten. A reason that the
   * message already has, because it was sent back from the dead-letter queue, is replaced.
   */
  deadLetter(deadLetter: DeadLetter): Promise<void>;
  /** Deletes the message of a delivery. It is not an error if the message is already deleted. */
  acknowledge(receipt: Receipt): Promise<void>;
  /** Makes a message visible again after so many seconds from now, at most 12 hours. */
  changeVisibility(receipt: Receipt, seconds: number): Promise<void>;
}
