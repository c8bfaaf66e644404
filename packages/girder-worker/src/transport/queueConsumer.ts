import type { SQSRecord } from 'aws-lambda';

export interface ReceiveOptions {
  /** From 1 to 10. */
  readonly maxMessages: number;
  /** How long the messages stay hidden from others. */
  readonly visibilityTimeoutSeconds: number;
  /** How long to wait for a message, at most 20. */
  readonly waitSeconds: number;
  /** Breaks the request off: what SQS answers just then stays hidden for so long. */
  readonly signal?: AbortSignal;
}

/** A queue as one sees it who takes messages from it himself. */
export interface QueueConsumer {
  /** Its name in SQS. */
  readonly name: string;
  readonly arn: string;
  /** Messages of a group are delivered one after the other. */
  readonly isFifo: boolean;
  readonly hasDeadLetterQueue: boolean;
  /** Messages as Lambda would hand them over; none where none came in this time. */
  receive(options: ReceiveOptions): Promise<SQSRecord[]>;
}
