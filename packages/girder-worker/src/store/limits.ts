/**
 * How long a task may wait for its eta, in days. A longer wait is refused: SQS delays a message for at most 15 minutes, so that
 * a task that waits is sent again and again, and what the table knows of it must be kept.
 */
export const maxWaitDays = 366;

export const maxWaitSeconds = maxWaitDays * 24 * 3600;
