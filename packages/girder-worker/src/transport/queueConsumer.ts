import type { SQSRecord } from 'aws-lambda';

export interface ReceiveOptions {
  /** From 1 to 10. */
  readonly maxMessages: number;
  /** How long the messages are invisible to other consumers. */
  readonly visibilityTimeoutSeconds: number;
  /** How long to wait for a message, at most 20. */
  readonly waitSeconds: number;
  /** Aborts the request. Messages that SQS returns at that moment stay invisible for the visibility timeout. */
  readonly signal?: AbortSignal;
}

/** A queue from which a worker receives messages itself, without Lambda. */
export interface QueueConsumer {
  /** The name in SQS. */
  readonly name: string;
  readonly arn: string;
  /** Whether messages of one group are delivered in order. */
  readonly isFifo: boolean;
  readonly hasDeadLetterQueue: boolean;
  /**
   * The name in SQS of the queue to which SQS moves messages after too many deliveries. Undefined if that is the dead-letter queue itself, or
   * if there is none: a queue of undelivered messages has a dead-letter queue of its own. Rejects if that queue may not be read.
   */
  undelivered(): Promise<string | undefined>;
  /** Resolves to messages in the form in which Lambda passes them, or to an empty list if none came in time. */
  receive(options: ReceiveOptions): Promise<SQSRecord[]>;
}
