/** The number of messages in a queue; all counts are SQS's approximations. */
export interface QueueDepth {
  /** The name in SQS. */
  readonly name: string;
  /** Messages that can be received. */
  readonly ready: number;
  /** Messages that were received and are not visible again yet. */
  readonly inFlight: number;
  /** Messages that were sent with a delay which is not over yet. */
  readonly delayed: number;
}

export interface QueueStatus extends QueueDepth {
  /** Null if the queue has no dead-letter queue. */
  readonly deadLetters: QueueDepth | null;
}

/** A message in the dead-letter queue. */
export interface ListedDeadLetter {
  readonly messageId: string;
  readonly body: string;
  /** When SQS received the message, in ms since 1970: as a dead letter, or, if SQS itself has moved it, at first. */
  readonly sentMs: number;
  /** The dispatcher's code, such as BODY_MALFORMED; null if SQS moved the message after too many deliveries. */
  readonly code: string | null;
  /** The dispatcher's explanation of `code`. */
  readonly reason: string | null;
}

/** What to do with a dead letter: keep it, send it back to its queue, or delete it. */
export type DeadLetterAction = 'keep' | 'redrive' | 'drop';

/** How many dead letters were kept, sent back and deleted. */
export interface DeadLetterCounts extends Readonly<Record<DeadLetterAction, number>> {
  /** Those of `keep` that were to be sent back, but name a queue that does not use this dead-letter queue; by that queue. */
  readonly refused: ReadonlyMap<string, number>;
}

/**
 * Operations on queues for the people who run them. Each method takes Celery's name of the queue, and rejects with an
 * Error if the queue does not exist.
 */
export interface QueueAdmin {
  status(queue: string): Promise<QueueStatus>;
  /** Deletes all messages, which takes SQS up to a minute. Resolves to their approximate number. */
  purge(queue: string): Promise<number>;
  /**
   * Calls `decide` once for each dead letter and carries out the action that it returns. Resolves to the number of
   * dead letters per action. A redriven message that fails again becomes a new dead letter, which is not processed.
   * A message is sent back before its dead letter is deleted. If the process dies in between, or two do the same at the same time, it is
   * sent back twice, and none is lost. The claim of its task lets it run once.
   *
   * A dead letter is sent back to the queue that it names only if that is `queue`, or if the redrive policy of that queue
   * names this dead-letter queue: any sender can write the name, and the operator may send to more queues than the sender.
   *
   * Dead letters are invisible to others meanwhile; kept ones become visible again when all are processed.
   */
  processDeadLetters(
    queue: string,
    decide: (deadLetter: ListedDeadLetter) => DeadLetterAction | Promise<DeadLetterAction>,
    options?: ProcessDeadLettersOptions,
  ): Promise<DeadLetterCounts>;
}

export interface ProcessDeadLettersOptions {
  /** Whether enough dead letters were decided on: no more are received then. @default all are received */
  readonly isDone?: (() => boolean) | undefined;
  /** Called after each request: how many dead letters were received, or sent back and deleted. */
  readonly onProgress?: ((step: 'received' | 'processed', count: number) => void) | undefined;
}
