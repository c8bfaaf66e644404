import { yieldToEventLoop } from './eventLoop.ts';

/** Runs an action when those before it have ended. Resolves and rejects as the action does. */
export type RunInTurn = <T>(action: () => Promise<T>) => Promise<T>;

/** Returns a function that runs actions one after another, in the order of its calls. */
export function createSequence(): RunInTurn {
  let lastEnd: Promise<unknown> = Promise.resolve();
  return (action) => {
    const result = lastEnd.then(action);
    lastEnd = result.catch(() => undefined); // The caller gets the rejection.
    return result;
  };
}

/** As `createSequence`. Before each action, the event loop handles what is due. */
export function createTurns(): RunInTurn {
  const inSequence = createSequence();
  return (action) =>
    inSequence(async () => {
      await yieldToEventLoop();
      return action();
    });
}
