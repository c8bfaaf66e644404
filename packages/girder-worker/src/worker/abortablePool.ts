import type { Pool, Run } from '../execution/pool.ts';

/** A pool all of whose runs can be aborted, for a cold shutdown. */
export interface AbortablePool extends Pick<Pool, 'run'> {
  /** Terminates all runs, waiting or running: their messages return to their queues. */
  abort(): void;
}

export function createAbortablePool(pool: Pick<Pool, 'run'>): AbortablePool {
  const runs = new Set<Run>();
  let isAborted = false;
  const terminate = (run: Run) => run.terminate({ state: 'RETURNED', why: 'The worker was shut down.' });
  return {
    run(...request) {
      const run = pool.run(...request);
      runs.add(run);
      const remove = () => runs.delete(run);
      run.ended.then(remove, remove);
      if (isAborted) terminate(run);
      return run;
    },
    abort() {
      isAborted = true;
      for (const run of runs) terminate(run);
    },
  };
}
