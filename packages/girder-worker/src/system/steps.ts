import { yieldToEventLoop } from './eventLoop.ts';

/**
 * A computation in steps: a generator that yields after each piece of work, and returns the result. Long computations are
 * written like this, so that a caller with other work can let that run in between.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** The steps between two turns of the event loop: a step takes some 10 µs. */
const stepsPerTurn = 200;

/** Runs all steps without a break. Returns the result, and throws what a step throws. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Runs the steps, and lets the event loop turn between parts of them. Resolves to the result; rejects with what a step throws. */
export async function runStepsInTurns<T>(steps: Steps<T>): Promise<T> {
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done) return value;
    if (count % stepsPerTurn === 0) await yieldToEventLoop();
  }
}

/** Maps each item by a computation in steps, one after the other. */
export function* mapInSteps<Item, T>(
  items: readonly Item[],
  map: (item: Item, index: number) => Steps<T>,
): Steps<readonly T[]> {
  const results: T[] = [];
  for (const [index, item] of items.entries()) results.push(yield* map(item, index));
  return results;
}
