import { yieldToEventLoop } from './eventLoop.ts';

/**
 * Returns a function that runs actions one after another, in the order of its calls, and resolves to what the action resolves to.
 * Before each action, the event loop handles what is due.
 */
export function createTurns(): <T>(action: () => Promise<T>) => Promise<T> {
  let lastEnd: Promise<unknown> = Promise.resolve();
  return (action) => {
    const result = lastEnd.then(yieldToEventLoop).then(action);
    lastEnd = result.catch(() => undefined); // The caller gets the rejection.
    return result;
  };
}
