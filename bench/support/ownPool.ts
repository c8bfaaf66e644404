import type { Pool } from '../../packages/girder-worker/src/execution/pool.ts';
import { bodyOf } from './function.ts';

/** Long enough that each waits for a thread of its own, and gets one. */
const pauseMs = 1000;

/** Runs one message of the benchmark's tasks without a queue and a store. Rejects where its task does not succeed. */
export async function runToEnd(pool: Pick<Pool, 'run'>, message: string): Promise<void> {
  const { outcome } = await pool.run(message, { onLog: () => undefined, onState: async () => undefined }).ended;
  if (outcome.state !== 'SUCCESS') throw new Error(`A task came to ${JSON.stringify(outcome)}`);
}

/** Makes a pool start all of its threads: short tasks would share the first one. */
export async function startAllThreads(pool: Pick<Pool, 'run'>, concurrency: number): Promise<void> {
  const pause = () => runToEnd(pool, bodyOf('pauses', [pauseMs]));
  await Promise.all(Array.from({ length: concurrency }, pause));
}
