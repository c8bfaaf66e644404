/** The messages of one task that are sent in the worst case: its retries, its waits, and the copies of a message that returns often. */
const maxMessagesPerTask = 30;

/** The messages that are sent for each of the longest delays of SQS that a task waits, in the worst case. */
const messagesPerDelay = 2;
const maxDelayMs = 900_000;

/** Counts the messages of each task, and tells when they are too many. */
export interface MessageBound {
  /** The most messages that one task had. */
  readonly most: number;
  /** A task waits for so long for its eta. */
  waits(id: string, waitMs: number): void;
  /** A message of the task is sent. Returns the number of its messages if it has just become too large. */
  sent(id: string): number | undefined;
}

/** @param tableAwayMs how long DynamoDB was away until now, in ms: a message returns and waits meanwhile */
export function createMessageBound(tableAwayMs: () => number): MessageBound {
  const waitsMs = new Map<string, number>();
  const messages = new Map<string, { count: number; readonly awayMs: number }>();
  let most = 0;
  return {
    get most() {
      return most;
    },
    waits: (id, waitMs) => void waitsMs.set(id, waitMs),
    sent(id) {
      const awayMs = tableAwayMs();
      const sent = messages.get(id) ?? { count: 0, awayMs };
      messages.set(id, sent);
      sent.count += 1;
      most = Math.max(most, sent.count);
      const delays = Math.ceil((waitsMs.get(id) ?? 0) / maxDelayMs) + Math.ceil((awayMs - sent.awayMs) / maxDelayMs);
      return sent.count === maxMessagesPerTask + messagesPerDelay * delays + 1 ? sent.count : undefined;
    },
  };
}
