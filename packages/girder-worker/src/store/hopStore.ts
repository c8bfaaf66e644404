/**
 * A message whose eta is further ahead than SQS delays a message is sent again and again: each copy, when it is delivered, sends the next
 * one, which is a hop, and is deleted. A hop that is made twice, because its copy is delivered twice, would double the message for the
 * rest of its wait. Therefore a copy takes a hop before it makes it.
 */
export interface Hop {
  /** Identifies the message: equal for all of its copies. */
  readonly message: string;
  /** The number of the hop, from 1. The copy that hop n sends makes hop n + 1. */
  readonly number: number;
  /** Identifies the copy that makes the hop. The same owner may take it again. */
  readonly owner: string;
}

export type HopAnswer =
  /** The copy makes the hop. */
  | { readonly kind: 'taken' }
  /** A later hop was taken: a copy that this hop sent has been delivered. */
  | { readonly kind: 'passed' }
  /** Another copy took the hop at last, and may have died before it made it. In `freeInMs`, this copy can take it. */
  | { readonly kind: 'takenElsewhere'; readonly freeInMs: number };

/** The hops of messages that wait. */
export interface HopStore {
  /**
   * Takes a hop. It is granted unless the same or a later hop was taken by another copy in the last 30 minutes (`hopLastsMs`), in which a
   * copy that was sent arrives.
   */
  takeHop(hop: Hop): Promise<HopAnswer>;
}
