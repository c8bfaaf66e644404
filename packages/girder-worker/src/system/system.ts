/**
 * Time and randomness. Every module of the library that waits, asks for the time or needs a random value takes them from
 * a System, so that a test or a simulation can decide both. `nodeSystem` is the real one; the architecture test allows
 * `Date.now`, `setTimeout` and `randomUUID` in no other file.
 */
export interface System {
  /** The time in ms since 1970. */
  now(): number;
  /** Resolves to true after `ms`, or to false as soon as the signal is aborted. Keeps the process alive meanwhile. */
  sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
  /** Calls `callback` once after `ms`. Returns the function that cancels the timer. */
  startTimer(callback: () => void, ms: number, options?: TimerOptions): () => void;
  /** A random UUID of version 4. */
  randomUUID(): string;
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
}

export interface TimerOptions {
  /** Whether the process stays alive until the timer fires. @default true */
  readonly keepAlive?: boolean;
}

/** The longest delay that a timer of Node takes, 24.8 days in ms: a longer one would fire at once. */
export const maxTimerMs = 2 ** 31 - 1;
