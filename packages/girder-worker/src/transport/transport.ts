/** Identifies one delivery of a message, to acknowledge it or to change its visibility. */
export interface Receipt {
  readonly queueArn: string;
  readonly receiptHandle: string;
  /** Undefined if the queue is not a FIFO queue. */
  readonly messageGroupId?: string | undefined;
}

/** A message that cannot be run, with the reason. */
export interface DeadLetter {
  readonly body: string;
  /** An error code for programs, such as `BODY_MALFORMED`. */
  readonly code: string;
  /** A sentence for people. */
  readonly reason: string;
  /** The queue from which the message came. */
  readonly queueArn: string;
}

export interface Delay {
  /** How long the message is invisible after it was sent, at most 900. Ignored by FIFO queues. @default 0 */
  readonly delaySeconds?: number | undefined;
}

export interface PublishOptions extends Delay {
  /** Celery's name of the queue. */
  readonly queue: string;
  /** FIFO queues deliver messages of one group in order. @default 'default', as in Celery */
  readonly messageGroupId?: string | undefined;
  /** FIFO queues drop a message whose id they have seen within five minutes. @default a random UUID */
  readonly messageDeduplicationId?: string | undefined;
}

/** The queues of a broker. Methods reject if the broker refuses the call or cannot be reached. */
export interface Transport {
  /** Sends a message to a queue; `body` is what `message/encode.ts` returns. */
  publish(body: string, options: PublishOptions): Promise<void>;
  /** Sends a message to the queue from which a delivery came, into the same message group. */
  resend(receipt: Receipt, body: string, delay: Delay): Promise<void>;
  /** Sends a copy of a message that cannot be run to the dead-letter queue. */
  deadLetter(deadLetter: DeadLetter): Promise<void>;
  /** Deletes the message of a delivery. It is not an error if the message is already deleted. */
  acknowledge(receipt: Receipt): Promise<void>;
  /** Makes a message visible again after so many seconds from now, at most 12 hours. */
  changeVisibility(receipt: Receipt, seconds: number): Promise<void>;
}
