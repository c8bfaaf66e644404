/** Where a delivery came from: what is needed to change when it is seen again. */
export interface Receipt {
  readonly queueArn: string;
  readonly receiptHandle: string;
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

export interface PublishOptions {
  /** The name of the Celery queue. */
  readonly queue: string;
}

/** Queues as the stations see them. */
export interface Transport {
  /** Sends a message, encoded by `message/encode.ts`. */
  publish(body: string, options: PublishOptions): Promise<void>;
  /** Puts a message beside the others that need a person. */
  deadLetter(letter: DeadLetter): Promise<void>;
  /** Lets a delivery be seen again after so many seconds, at most 12 hours. */
  changeVisibility(receipt: Receipt, seconds: number): Promise<void>;
}
