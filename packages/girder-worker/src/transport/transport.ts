/** Where a delivery came from: what is needed to change when it is seen again. */
export interface Receipt {
  readonly queueArn: string;
  readonly receiptHandle: string;
  /** Of a FIFO queue. */
  readonly messageGroupId?: string | undefined;
}

/** A message that cannot be run, and why. */
export interface DeadLetter {
  readonly body: string;
  /** A word for programs, such as `BODY_MALFORMED`. */
  readonly code: string;
  /** A sentence for people. */
  readonly reason: string;
  readonly queueArn: string;
}

/** When SQS shows a message. */
export interface Delay {
  /** At most 900 have an effect, and none on a FIFO queue. @default 0 */
  readonly delaySeconds?: number | undefined;
}

export interface PublishOptions extends Delay {
  /** The name of the Celery queue. */
  readonly queue: string;
  /** On a FIFO queue, messages of one group are run in order. @default 'default', as Celery's */
  readonly messageGroupId?: string | undefined;
  /** On a FIFO queue, a second message with the same within five minutes is dropped. @default a random one */
  readonly messageDeduplicationId?: string | undefined;
}

/** Queues as the stations see them. */
export interface Transport {
  /** Sends a message, encoded by `message/encode.ts`. */
  publish(body: string, options: PublishOptions): Promise<void>;
  /** Sends a message to the queue that a delivery came from. */
  resend(receipt: Receipt, body: string, delay: Delay): Promise<void>;
  /** Puts a message beside the others that need a person. */
  deadLetter(letter: DeadLetter): Promise<void>;
  /** Deletes a delivery: it will not be seen again. One that is gone already is no error. */
  acknowledge(receipt: Receipt): Promise<void>;
  /** Lets a delivery be seen again after so many seconds, at most 12 hours. */
  changeVisibility(receipt: Receipt, seconds: number): Promise<void>;
}
