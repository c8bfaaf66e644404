import type { System } from '../system/system.ts';

/** One core, which all that computes on it shares in equal parts. */
export interface SimulatedCore {
  /**
   * Computes for so long on a core of its own, in ms; longer beside others. Then calls `done`. Returns the function that ends the
   * computation before.
   */
  compute(workMs: number, done: () => void): () => void;
}

interface Computation {
  leftMs: number;
  readonly done: () => void;
}

export function createSimulatedCore({ now, startTimer }: Pick<System, 'now' | 'startTimer'>): SimulatedCore {
  const active = new Set<Computation>();
  let changedMs = now();
  let cancel: () => void = () => undefined;

  /** Counts the time since the last change, changes what is computed, and waits for the first that is done. */
  const change = (apply: () => void) => {
    const passedMs = (now() - changedMs) / Math.max(1, active.size);
    changedMs = now();
    for (const computation of active) computation.leftMs -= passedMs;
    apply();
    cancel();
    const [first] = [...active].sort((one, other) => one.leftMs - other.leftMs);
    if (!first) return;
    const finish = () => {
      change(() => active.delete(first));
      first.done();
    };
    cancel = startTimer(finish, Math.max(0, first.leftMs) * active.size);
  };

  return {
    compute(workMs, done) {
      const computation = { leftMs: workMs, done };
      change(() => active.add(computation));
      return () => {
        if (active.has(computation)) change(() => active.delete(computation));
      };
    },
  };
}
