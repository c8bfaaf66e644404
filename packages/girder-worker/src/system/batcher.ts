import { yieldToEventLoop } from './eventLoop.ts';
import type { System } from './system.ts';

/** Collects what is due at about the same time. */
export interface Batcher<Item, Answer> {
  /**
   * Adds an item to the next batch, and resolves or rejects as its part of the batch does. With `waitMs`, the batch waits so long for
   * further items, unless one of them does not wait; without, it is sent when the event loop has run the callbacks of this turn.
   */
  add(item: Item, waitMs?: number): Promise<Answer>;
}

export interface BatcherOptions<Item, Answer> {
  /** Sends a batch, at least one item. Resolves to an answer for each, in the order of the items. */
  readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** The most items of a batch. */
  readonly maxItems: number;
  /** The most bytes of a batch. @default no limit */
  readonly maxBytes?: number;
  /** Must be given with `maxBytes`. */
  readonly bytesOf?: (item: Item) => number;
  readonly system: Pick<System, 'startTimer'>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export function createBatcher<Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> {
  const { send, maxItems, maxBytes = Number.POSITIVE_INFINITY, bytesOf = () => 0, system } = options;
  let waiting: Waiting<Item, Answer>[] = [];
  let cancelTimer: (() => void) | undefined;
  let isDue = false;

  const flush = () => {
    cancelTimer?.();
    cancelTimer = undefined;
    isDue = false;
    const due = waiting;
    waiting = [];
    for (const batch of divide(due, { maxItems, maxBytes, bytesOf: ({ item }) => bytesOf(item) })) void answer(batch);
  };

  const answer = async (batch: readonly Waiting<Item, Answer>[]) => {
    try {
      const answers = await send(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]!);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    add(item, waitMs = 0) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (waitMs > 0 && waiting.length < maxItems) {
          cancelTimer ??= system.startTimer(flush, waitMs);
        } else if (!isDue) {
          isDue = true;
          void yieldToEventLoop().then(flush);
        }
      });
    },
  };
}

interface Bounds<Item> {
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly bytesOf: (item: Item) => number;
}

/** Divides items, in their order, into batches within the bounds. An item that is too large is a batch by itself. */
function divide<Item>(items: readonly Item[], { maxItems, maxBytes, bytesOf }: Bounds<Item>): Item[][] {
  const batches: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    const size = bytesOf(item);
    if (batch && batch.length < maxItems && bytes + size <= maxBytes) {
      batch.push(item);
      bytes += size;
    } else {
      batches.push([item]);
      bytes = size;
    }
  }
  return batches;
}
