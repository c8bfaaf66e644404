import { yieldToEventLoop } from './eventLoop.ts';
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
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export function createVirtualSystem({
  startMs = Date.UTC(2026, 0, 1),
  seed = 1,
}: VirtualSystemOptions = {}): VirtualSystem {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  const random = mulberry32(seed);

  const startTimer: System['startTimer'] = (callback, ms) => {
    const timer = { dueMs: nowMs + Math.max(0, ms), callback };
    timers.add(timer);
    return () => void timers.delete(timer);
  };

  /** The earliest timer; of several that are due together the one that was started first. */
  const nextTimer = (): Timer | undefined =>
    [...timers].reduce<Timer | undefined>(
      (first, timer) => (!first || timer.dueMs < first.dueMs ? timer : first),
      undefined,
    );

  return {
    now: () => nowMs,
    startTimer,
    sleep: createSleep(startTimer),
    random,
    randomUUID() {
      const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
      const variant = '89ab'[Math.floor(random() * 4)];
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },

    async advance(ms) {
      const endMs = nowMs + ms;
      await yieldToEventLoop(); // No promise is left that can settle without a timer or I/O.
      for (let timer = nextTimer(); timer && timer.dueMs <= endMs; timer = nextTimer()) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.callback();
        await yieldToEventLoop();
      }
      nowMs = endMs;
    },
  };
}

/** The generator of Tommy Ettinger (2017): 32 bits of state, the same sequence for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
