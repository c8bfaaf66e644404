/**
 * How long a task may wait for its eta, in days. A longer wait is refused: SQS delays a message for at most 15 minutes, so that
 * a task that waits is sent again and again, and what the table knows of it must be kept.
 */
export const maxWaitDays = 366;

export const maxWaitSeconds = maxWaitDays * 24 * 3600;

/**
 * How long a hop of a message that waits is taken, in ms: the copy that it sends is delivered, and takes the next hop, within SQS's
 * longest delay and as much again.
 */
export const hopLastsMs = 2 * 900 * 1000;

/** How long the last hop of a message is kept, in seconds: longer than SQS keeps a copy. */
export const hopKeptSeconds = 15 * 24 * 3600;

/**
 * While a member of a chord waits for its eta, the results of the others are kept on once in each such period, in days: a quarter of the
 * shortest time for which results are kept.
 */
export const memberRenewalDays = 7;

/** The time to live of a chord's group, whose item may be large, is renewed once in each such period, in days. */
export const groupRenewalDays = 30;

/**
 * How long the items of a chord are kept after the last count, in days: longer than a member may wait for its eta, and than SQS
 * keeps its message after that (14 days). Celery's items do not expire.
 */
export const unfinishedChordDays = maxWaitDays + 14 + groupRenewalDays;
