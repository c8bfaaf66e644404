import type { Pool, Run } from '../execution/pool.ts';

/** What runs tasks, and can be made to give them all back. */
export interface AbortablePool extends Pick<Pool, 'run'> {
  /** Ends all that runs, or waits to, in the middle of whatever it does: its messages go back to their queues. */
  abort(): void;
}

export function createAbortablePool(pool: Pick<Pool, 'run'>): AbortablePool {
  const runs = new Set<Run>();
  let isInterrupted = false;
  const end = (run: Run) => run.terminate({ state: 'RETURNED', why: 'The worker was shut down.' });
  return {
    run(...request) {
      const run = pool.run(...request);
      runs.add(run);
      const forget = () => runs.delete(run);
      run.ended.then(forget, forget);
      if (isInterrupted) end(run);
      return run;
    },
    abort() {
      isInterrupted = true;
      for (const run of runs) end(run);
    },
  };
}
