import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { tooLarge } from '../bindings/content.ts';
import { LineLog } from './lineLog.ts';

export interface ProgramRun {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  /** The working directory. */
  readonly folder: string;
  readonly timeSeconds: number | undefined;
  /** Which streams are collected. The others go to the log. */
  readonly collect: { readonly stdout: boolean; readonly stderr: boolean };
  /** The most bytes of a collected stream. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export interface ProgramOutput {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** How long a program may take to end after SIGTERM, before SIGKILL. */
const graceMs = 2000;

/**
 * Runs a program in a process group of its own, and waits for its end. When it must stop, the group gets SIGTERM and, after 2
 * s, SIGKILL. Rejects with the reason of the signal, for an exit code other than 0, and for streams that are too long.
 */
export async function spawnProgram(run: ProgramRun): Promise<ProgramOutput> {
  const { name, signal, timeSeconds } = run;
  signal.throwIfAborted();
  const child = start(run);
  const timeout =
    timeSeconds === undefined ? undefined : AbortSignal.timeout(Math.min(Math.ceil(timeSeconds * 1000), 2 ** 31 - 1));
  let failure: Error | undefined;
  let kill: NodeJS.Timeout | undefined;
  const stop = (reason: Error) => {
    if (failure) return;
    failure = reason;
    signalGroup(child, 'SIGTERM');
    kill = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  };
  const onAbort = () => stop(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  timeout?.addEventListener('abort', () =>
    stop(new Error(`The program "${name}" took longer than its "time_limit" of ${timeSeconds} s.`)),
  );

  const drained = Promise.all([
    drain(child.stdout!, run.collect.stdout, 'stdout', run, stop),
    drain(child.stderr!, run.collect.stderr, 'stderr', run, stop),
  ]);
  // A program that cannot be started rejects before the streams are awaited.
  drained.catch(() => undefined);
  try {
    const { code, by } = await ended(child, name);
    // Processes that the program left behind would hold its streams open, and the folder.
    signalGroup(child, 'SIGKILL');
    const [stdout, stderr] = await drained;
    if (failure) throw failure;
    if (code !== 0)
      throw new Error(`The program "${name}" failed with ${by === null ? `exit code ${code}` : `signal ${by}`}.`);
    return { stdout, stderr };
  } finally {
    clearTimeout(kill);
    signal.removeEventListener('abort', onAbort);
  }
}

function start({ name, path, args, folder }: ProgramRun): ChildProcess {
  // No credentials of the function, and nothing that a message could use to change how programs are loaded.
  const { PATH, LD_LIBRARY_PATH } = process.env;
  const env = { PATH, LD_LIBRARY_PATH, HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' };
  try {
    return spawn(path, args, { cwd: folder, env, detached: true, shell: false, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    throw cannotStart(name, cause as Error);
  }
}

function cannotStart(name: string, cause: Error): Error {
  return new Error(`The program "${name}" cannot be started: ${cause.message}`, { cause });
}

interface End {
  readonly code: number | null;
  /** The signal that ended the program. */
  readonly by: NodeJS.Signals | null;
}

function ended(child: ChildProcess, name: string): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, by) => resolve({ code, by }));
    child.once('error', (error) => reject(cannotStart(name, error)));
  });
}

/** Sends a signal to the process group of a program. Does nothing if no process of it is left. */
function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Reads a stream to its end. Resolves to its bytes, or to none if they go to the log. */
async function drain(
  stream: Readable,
  isCollected: boolean,
  what: string,
  { name, maxBytes, log }: ProgramRun,
  stop: (reason: Error) => void,
): Promise<Uint8Array> {
  if (!isCollected) {
    await new LineLog(stream, log).ended;
    return new Uint8Array();
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else stop(tooLarge(`The ${what} of the program "${name}"`, maxBytes));
  }
  return Buffer.concat(chunks);
}
