import { createSleep } from '../system/sleep.ts';
import type { System } from '../system/system.ts';
import type { Connection } from './connection.ts';

/** A process of the simulation. When it is dead, its timers do not fire any more, and it learns no answer. */
export interface Process {
  readonly name: string;
  /** Time and randomness as the process has them. */
  readonly system: System;
  readonly connection: Connection;
  readonly isDead: boolean;
  /** Resolves when the process dies. */
  readonly died: Promise<void>;
  die(): void;
  /** Lambda stops the process between two invocations: its timers wait. */
  freeze(): void;
  /** Timers that have become due meanwhile fire at once. */
  thaw(): void;
}

export interface ProcessOptions {
  readonly name: string;
  /** The time and the randomness of the simulation. */
  readonly world: System;
  /** How far the clock of the process is off, in ms. */
  readonly clockOffsetMs: number;
}

export function createProcess({ name, world, clockOffsetMs }: ProcessOptions): Process {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  let isDead = false;
  let isFrozen = false;
  /** Timers that became due while the process was frozen, in their order. */
  const due = new Set<() => void>();

  const startTimer: System['startTimer'] = (callback, ms) => {
    const fire = () => {
      if (isDead) return;
      if (isFrozen) due.add(fire);
      else callback();
    };
    const cancel = world.startTimer(fire, ms);
    return () => {
      cancel();
      due.delete(fire);
    };
  };

  return {
    name,
    system: { ...world, now: () => world.now() + clockOffsetMs, startTimer, sleep: createSleep(startTimer) },
    connection: {
      cutUntilMs: 0,
      dead: 0,
      lastFailedMs: Number.NEGATIVE_INFINITY,
      lastGivenUpMs: Number.NEGATIVE_INFINITY,
    },
    get isDead() {
      return isDead;
    },
    died,
    die() {
      isDead = true;
      resolve();
    },
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      const waiting = [...due];
      due.clear();
      for (const fire of waiting) startTimer(fire, 0);
    },
  };
}
