import type { Pool } from '../../packages/girder-worker/src/execution/pool.ts';
import { bodyOf } from './function.ts';

/** Long enough that each task gets a thread of its own. */
const pauseMs = 1000;

/** Runs one message of the benchmark's tasks without a queue and a store. Rejects if the task does not succeed. */
export async function runToEnd(pool: Pick<Pool, 'run'>, message: string): Promise<void> {
  const { outcome } = await pool.run(message, { onLog: () => undefined, onRequest: async () => undefined }).ended;
  if (outcome.state !== 'SUCCESS') throw new Error(`A task ended with ${JSON.stringify(outcome)}`);
}

/** Lets a pool start all its threads. Short tasks would share the first thread. */
export async function startAllThreads(pool: Pick<Pool, 'run'>, concurrency: number): Promise<void> {
  const pause = () => runToEnd(pool, bodyOf('pauses', [pauseMs]));
  await Promise.all(Array.from({ length: concurrency }, pause));
}
