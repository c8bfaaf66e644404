import { yieldToEventLoop } from './eventLoop.ts';
import { Heap } from './heap.ts';
import { seededRandom, uuidFrom } from './seededRandom.ts';
import { createSleep } from './sleep.ts';
import type { System } from './system.ts';

export interface VirtualSystemOptions {
  /** The time at the start, in ms since 1970. @default 2026-01-01T00:00:00Z */
  readonly startMs?: number;
  /** Determines all random values. @default 1 */
  readonly seed?: number;
}

/** A System for tests and simulations: time passes only when `advance` is called, and the seed decides every random value. */
export interface VirtualSystem extends System {
  /**
   * Lets so much time pass: fires the timers that become due, in their order, each at its own time. Between two timers it
   * waits until all promises that can settle have settled.
   */
  advance(ms: number): Promise<void>;
  /** Lets time pass until the next timer, and fires it. Resolves to whether there was one. */
  advanceToNext(): Promise<boolean>;
}

interface Timer {
  readonly dueMs: number;
  readonly number: number;
  /** Undefined if the timer was cancelled. */
  callback: (() => void) | undefined;
}

/** The turns of the event loop after which `advanceToNext` takes all for settled that can settle without a timer or I/O. */
const turnsPerTimer = 3;

export function createVirtualSystem({
  startMs = Date.UTC(2026, 0, 1),
  seed = 1,
}: VirtualSystemOptions = {}): VirtualSystem {
  let nowMs = startMs;
  let started = 0;
  /** The earliest first; of several that are due together the one that was started first. */
  const timers = new Heap<Timer>((one, other) => one.dueMs - other.dueMs || one.number - other.number);
  const random = seededRandom(seed);

  const startTimer: System['startTimer'] = (callback, ms) => {
    const timer: Timer = { dueMs: nowMs + Math.max(0, ms), number: started++, callback };
    timers.push(timer);
    return () => {
      timer.callback = undefined;
    };
  };

  /** Fires the next timer if it is due by then. Returns whether there was one. */
  const fireNext = (untilMs: number): boolean => {
    for (let timer = timers.first; timer && timer.dueMs <= untilMs; timer = timers.first) {
      timers.pop();
      if (!timer.callback) continue;
      nowMs = Math.max(nowMs, timer.dueMs);
      timer.callback();
      return true;
    }
    return false;
  };

  return {
    now: () => nowMs,
    startTimer,
    sleep: createSleep(startTimer),
    random,
    randomUUID: () => uuidFrom(random),

    async advance(ms) {
      const endMs = nowMs + ms;
      await yieldToEventLoop(); // No promise is left that can settle without a timer or I/O.
      while (fireNext(endMs)) await yieldToEventLoop();
      nowMs = endMs;
    },

    async advanceToNext() {
      // What waits for turns of the event loop, such as a batcher, waits for no time.
      for (let turn = 0; turn < turnsPerTimer; turn++) await yieldToEventLoop();
      return fireNext(Number.POSITIVE_INFINITY);
    },
  };
}
