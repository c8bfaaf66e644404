import type { System } from '../system/system.ts';

/** A run that was beside others for more than this part of its time had them as neighbours. */
const sharedFraction = 0.2;

/** A thread that was busy for more than this part of the time needed the CPU: the others wait for something else. */
const busyFraction = 0.5;

/** Tells which runs had too little time because they computed beside others. */
export interface SharedTime {
  /** Call it when a run begins. */
  begin(): RunningTime;
}

export interface RunningTime {
  /** Whether the run shared its time. `utilization` is the part of it in which its thread was busy, from 0 to 1. */
  wasShared(utilization: number): boolean;
  end(): void;
}

export function createSharedTime(system: Pick<System, 'now'>): SharedTime {
  let running = 0;
  /** How long at least two runs were running, in ms, up to `changedMs`. */
  let sharedMs = 0;
  let changedMs = system.now();

  /** Adds the time since the last change, and returns the sum. */
  const passed = (): number => {
    const nowMs = system.now();
    if (running > 1) sharedMs += nowMs - changedMs;
    changedMs = nowMs;
    return sharedMs;
  };

  return {
    begin() {
      const beginMs = system.now();
      const sharedBeforeMs = passed();
      running += 1;
      return {
        wasShared(utilization) {
          const isBeside = passed() - sharedBeforeMs > sharedFraction * (system.now() - beginMs);
          return isBeside && utilization > busyFraction;
        },
        end() {
          passed();
          running -= 1;
        },
      };
    },
  };
}
