import { createSleep } from '../system/sleep.ts';
import type { System } from '../system/system.ts';

/** A process of the simulation. When it is dead, its timers do not fire any more, and it learns no answer. */
export interface Process {
  readonly name: string;
  /** Time and randomness as the process has them. */
  readonly system: System;
  readonly isDead: boolean;
  /** Resolves when the process dies. */
  readonly died: Promise<void>;
  die(): void;
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
  const startTimer: System['startTimer'] = (callback, ms) =>
    world.startTimer(() => {
      if (!isDead) callback();
    }, ms);
  return {
    name,
    system: { ...world, now: () => world.now() + clockOffsetMs, startTimer, sleep: createSleep(startTimer) },
    get isDead() {
      return isDead;
    },
    died,
    die() {
      isDead = true;
      resolve();
    },
  };
}
