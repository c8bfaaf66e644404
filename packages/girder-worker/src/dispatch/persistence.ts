import { exponentialBackoff } from '../system/backoff.ts';
import type { DispatcherDeps } from './deps.ts';
import type { TaskRun } from './taskRun.ts';

/** Before an action is repeated. Each delay is a random part of these, so that functions do not repeat theirs in step. */
const delays = { first: 200, max: 5000 };

/** The end of an invocation that is left for what follows the action. */
const marginMs = 1000;

/**
 * Makes what follows the end of a task, and repeats it if table or queue do not answer: until it is made, or for the rest of the
 * invocation; in a worker, for as long as a claim lasts. Otherwise a fault of a moment would lose the outcome of hours. The action must
 * be safe to repeat.
 */
export type Persist = <T>(run: TaskRun, action: () => Promise<T>) => Promise<T>;

export function createPersistence({
  faults,
  system,
  lease,
}: Pick<DispatcherDeps, 'faults' | 'system' | 'lease'>): Persist {
  return async (run, action) => {
    const untilMs = lease ? system.now() + lease.leaseMs : run.window.endMs - marginMs;
    for (let attempt = 1; ; attempt++) {
      try {
        const value = await action();
        if (attempt > 1) faults.succeeded(run.delivery);
        return value;
      } catch (error) {
        const delayMs = system.random() * exponentialBackoff(attempt, delays);
        if (system.now() + delayMs > untilMs) throw error;
        if (!faults.failed(run.delivery, `What follows ${run.title} cannot be stored or sent`, error)) throw error;
        await system.sleep(delayMs);
      }
    }
  };
}
