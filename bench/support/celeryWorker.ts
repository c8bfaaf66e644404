import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Emulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { celeryUrls, isolatedVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { table } from './function.ts';
import type { RunningWorker } from './worker.ts';

/** The version with which this worker is compared. */
export const celeryVersion = '5.7.0';

export interface CeleryOptions {
  readonly python: string;
  readonly emulators: Emulators;
  /** Two child processes, or the process of the worker itself. */
  readonly pool: 'prefork' | 'solo';
  readonly settings: 'defaults' | 'tuned';
}

/** Starts a real Celery worker on a queue. It ends when `stop` is called, and when this process ends. */
export async function startCelery(
  { python, emulators, pool, settings }: CeleryOptions,
  queue: string,
): Promise<RunningWorker> {
  const { broker, backend } = celeryUrls(emulators, table);
  const child = spawn(
    python,
    ['-u', fileURLToPath(new URL('../celery/worker.py', import.meta.url)), queue, pool, settings],
    {
      env: isolatedVariables(process.env, { BENCH_BROKER: broker, BENCH_BACKEND: backend, C_FORCE_ROOT: '1' }),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true, // It ends its own process group.
    },
  );
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const exited = once(child, 'exit');
  const ended = exited.then(() => {
    throw new Error(`The Celery worker has ended:\n${lines.slice(-20).join('\n')}`);
  });
  ended.catch(() => undefined); // After it is ready, only `stop` waits for its end.
  await Promise.race([saysReady(createInterface({ input: child.stdout })), ended]);
  return {
    pids: () => [child.pid!],
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}

async function saysReady(output: AsyncIterable<string>): Promise<void> {
  for await (const line of output) if (line === 'ready') return;
}
