import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killBound, startBound } from '../../packages/girder-worker-dev/src/local/process/boundProcess.ts';
import { cpuSecondsOf } from './processes.ts';

const timeToStartMs = 15_000;
const timeToEndMs = 2000;

/** An empty Redis on 127.0.0.1 that writes nothing to disk. It ends when it is disposed, and when this process ends. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** Returns its CPU time in seconds, in steps of 10 ms. */
  cpuSeconds(): number;
}

/** Returns the version of redis-server; undefined if it is not installed. */
export function redisVersion(): string | undefined {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return status === 0 ? /\bv=(\S+)/.exec(stdout)?.[1] : undefined;
}

/** Starts Redis. Rejects with an Error if it does not listen within 15 seconds; its own output is on stderr. */
export async function startRedis(): Promise<RedisServer> {
  const child = startBound(fileURLToPath(new URL('../bullmq/redisProcess.ts', import.meta.url)), {
    env: process.env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    const port = await portOf(child);
    return {
      port,
      cpuSeconds: () => cpuSecondsOf([child.pid!]),
      [Symbol.asyncDispose]: () => stop(child),
    };
  } catch (error) {
    await killBound(child);
    throw new Error('Redis did not start.', { cause: error });
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  const signal = AbortSignal.timeout(timeToStartMs);
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('Its process has ended.');
  });
  const [port] = await Promise.race([once(child, 'message', { signal }), ended]);
  return port;
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => void killBound(child), timeToEndMs);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  clearTimeout(timer);
}
