/** A queue at a glance; the counts are SQS's own approximations. */
export interface QueueDepth {
  /** Its name in SQS. */
  readonly name: string;
  /** Messages that wait. */
  readonly ready: number;
  /** Messages that were delivered, and are neither acknowledged nor back. */
  readonly inFlight: number;
  /** Messages that are sent, but may not be delivered yet. */
  readonly delayed: number;
}

export interface QueueStatus extends QueueDepth {
  /** Null where the queue has no dead-letter queue. */
  readonly deadLetters: QueueDepth | null;
}

/** A message that could not be run, as it lies in the dead-letter queue. */
export interface ListedDeadLetter {
  readonly messageId: string;
  readonly body: string;
  /** When it was sent first, in ms since 1970. */
  readonly sentMs: number;
  /** Such as BODY_MALFORMED; null where SQS itself moved the message, after too many deliveries. */
  readonly code: string | null;
  readonly reason: string | null;
}

/** What becomes of a dead letter: it stays, goes back to the queue it came from, or is deleted. */
export type DeadLetterAction = 'keep' | 'redrive' | 'drop';

/** What a person does with a queue, beside sending to it. Each method takes the name of the Celery queue. */
export interface QueueAdmin {
  status(queue: string): Promise<QueueStatus>;
  /** Deletes all messages of the queue; they are gone within a minute. Gives how many there were, about. */
  purge(queue: string): Promise<number>;
  /**
   * Shows each dead letter once to `judge`, and does with it what that says. Gives how many had each verdict. What is sent
   * back and fails again is a new letter, and not shown.
   *
   * SQS shows a message by hiding it: those that are kept can be seen again when all have been shown.
   */
  processDeadLetters(
    queue: string,
    judge: (letter: ListedDeadLetter) => DeadLetterAction,
  ): Promise<Record<DeadLetterAction, number>>;
}
