import type { System } from '../system/system.ts';
import { resolvesWithin } from '../system/timeouts.ts';

/** Keeps tasks apart that may end the process: those whose worker died during an earlier attempt. */
export interface Isolation {
  /** Runs an action beside others; not while a task has its turn alone. */
  beside<T>(action: () => Promise<T>): Promise<T>;
  /**
   * Runs an action when its turn comes: one after another, and when the actions beside it have ended. No turn lasts longer than
   * `turnMs`, and no wait for other actions does: a task that runs on after its turn has not ended the process so far.
   */
  alone<T>(turnMs: number, action: () => Promise<T>): Promise<T>;
  /** Whether an action has its turn, or waits for it. */
  readonly isAwaited: boolean;
}

/** The turn of a task whose worker died before: a part of the invocation, and at most `maxMs`. */
const turn = { fraction: 0.2, maxMs: 60_000 };

/** How long a task or a message whose worker died before has the process for itself, in ms. */
export function turnMs({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): number {
  return Math.min((endMs - startMs) * turn.fraction, turn.maxMs);
}

export function createIsolation(system: Pick<System, 'startTimer'>): Isolation {
  let besideCount = 0;
  let aloneCount = 0;
  let whenBesideEnds = Promise.withResolvers<void>();
  /** Resolves at the end of the last turn that was requested. */
  let lastTurn: Promise<void> = Promise.resolve();
  /** Resolves at the end of the turn that a task has now. */
  let currentTurn: Promise<void> = Promise.resolve();

  return {
    get isAwaited() {
      return aloneCount > 0;
    },

    async beside(action) {
      await currentTurn;
      besideCount += 1;
      try {
        return await action();
      } finally {
        besideCount -= 1;
        if (besideCount === 0) {
          whenBesideEnds.resolve();
          whenBesideEnds = Promise.withResolvers();
        }
      }
    },

    async alone(turnMs, action) {
      aloneCount += 1;
      const turn = Promise.withResolvers<void>();
      void turn.promise.then(() => {
        aloneCount -= 1;
      });
      const previous = lastTurn;
      lastTurn = turn.promise;
      await previous;
      if (besideCount > 0) await resolvesWithin(system, turnMs, whenBesideEnds.promise);
      currentTurn = turn.promise;
      const cancel = system.startTimer(turn.resolve, turnMs);
      try {
        return await action();
      } finally {
        cancel();
        turn.resolve();
      }
    },
  };
}
