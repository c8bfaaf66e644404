import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** A server in a child process, which listens on 127.0.0.1. */
export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  /** What it has printed to standard error, at most the last megabyte. */
  log(): string;
  /** Ends it. Resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** How long it may take to print its port. @default 90 000 */
  readonly startTimeoutMs?: number;
}

const killAfterMs = 5000;
const maxLogLength = 1_000_000;

/**
 * Starts a program that prints its port as a line when it is ready, and that ends when its standard input ends. So it ends at
 * the latest with this process, even if this process is killed.
 *
 * Rejects with an Error with its output if it ends, or is not ready in time.
 */
export async function startServerProcess(
  command: string,
  commandArguments: readonly string[],
  { env, cwd, startTimeoutMs = 90_000 }: ServerProcessOptions = {},
): Promise<ServerProcess> {
  const child = spawn(command, commandArguments, {
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // It has ended by itself.
  let log = '';
  child.stderr.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-maxLogLength);
  });
  const exited = once(child, 'exit').then(() => undefined);
  const abort = new AbortController();
  const stop = async () => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    await exited.catch(() => undefined);
    clearTimeout(timer);
  };
  const firstLine = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
  const tooLate = delay(startTimeoutMs, undefined, { signal: abort.signal }).catch(() => undefined);
  try {
    const line = await Promise.race([firstLine, exited, tooLate]);
    if (line === undefined) {
      await stop();
      throw new Error(`${command} ${commandArguments.join(' ')} did not start: ${log}`);
    }
    return { pid: child.pid!, port: Number(line), log: () => log, stop };
  } finally {
    abort.abort();
  }
}
