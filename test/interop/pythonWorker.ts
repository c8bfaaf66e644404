import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A real Celery worker. */
export interface PythonWorker {
  readonly pid: number;
  /** The lines of its log, which it prints to standard error. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts a worker on these Celery queues: by default that of `worker.py` (pool `solo`: one task at a time) with the tasks of `labtasks.py`. It ends when
 * `stop` is called, and when this process ends for any reason.
 */
export async function startPythonWorker(
  python: string,
  env: NodeJS.ProcessEnv,
  queues: readonly string[],
  program = 'worker.py',
): Promise<PythonWorker> {
  const child = spawn(python, ['-u', program, queues.join(',')], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...env, C_FORCE_ROOT: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const exited = once(child, 'exit').then(() => {
    throw new Error(`The Python worker has ended:\n${lines.slice(-20).join('\n')}`);
  });
  exited.catch(() => undefined); // After it is ready, only `stop` waits for its end.
  await Promise.race([ready(createInterface({ input: child.stdout })), exited]);
  return {
    pid: child.pid!,
    lines,
    async stop() {
      child.stdin.end();
      await exited.catch(() => undefined);
    },
  };
}

async function ready(output: AsyncIterable<string>): Promise<void> {
  for await (const line of output) if (line === 'ready') return;
}
