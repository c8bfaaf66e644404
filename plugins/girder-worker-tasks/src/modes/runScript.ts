import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { LineLog } from './lineLog.ts';
import { type ScriptReply, type ScriptRequest, threadSource } from './scriptThread.ts';

export interface ScriptLimits {
  readonly memoryMebibytes: number;
  readonly timeSeconds: number | undefined;
}

const mebibyte = 1024 * 1024;

/** How often the memory of a script is read, how far V8's own limit lies above, and how long a thread may take to end. */
const [pollMs, reserveMebibytes, endMs] = [50, 192, 2000] as const;

/**
 * Runs a script in a thread of its own, without environment variables. Resolves to the values of its outputs. What it prints
 * goes to the log. Rejects with the reason of the signal, and for a script that fails or is beyond a limit.
 */
export async function runScript(
  request: ScriptRequest,
  { memoryMebibytes, timeSeconds }: ScriptLimits,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<readonly unknown[]> {
  const timeout =
    timeSeconds === undefined ? undefined : AbortSignal.timeout(Math.min(timeSeconds * 1000, 2 ** 31 - 1) | 0);
  const stop = timeout ? AbortSignal.any([signal, timeout]) : signal;
  stop.throwIfAborted();
  const worker = createThread(request, memoryMebibytes + reserveMebibytes);
  const tooMuchMemory = () => new Error(`The script used more than its memory of ${memoryMebibytes} MiB.`);
  const streams = [new LineLog(worker.stdout, log), new LineLog(worker.stderr, log)];
  const ended = new AbortController();
  try {
    return await new Promise<readonly unknown[]>((resolve, reject) => {
      stop.addEventListener('abort', () => reject(stop.reason), { once: true, signal: ended.signal });
      worker.once('message', (reply: ScriptReply) => {
        if ('values' in reply) resolve(reply.values);
        else reject(new Error(reply.error));
      });
      worker.once('messageerror', reject);
      worker.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') reject(tooMuchMemory());
        else
          reject(
            new Error(`The script failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error }),
          );
      });
      worker.once('exit', (code) => reject(new Error(`The script ended its thread with code ${code} before its end.`)));
      worker.once('online', () => {
        exceeds(worker, memoryMebibytes * mebibyte, ended.signal).then(
          (isTooLarge) => isTooLarge && reject(tooMuchMemory()),
          () => undefined, // The thread has ended.
        );
      });
    });
  } catch (error) {
    if (timeout?.aborted && !signal.aborted)
      throw new Error(`The script took longer than its "time_limit" of ${timeSeconds} s.`);
    throw error;
  } finally {
    ended.abort();
    const hasEnded = await endOf(worker, streams);
    if (!hasEnded) log('The thread of the script does not stop. It runs on until its function ends.');
  }
}

function createThread(request: ScriptRequest, heapMebibytes: number): Worker {
  try {
    return new Worker(threadSource, {
      eval: true,
      workerData: request,
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      name: 'girder-worker-script',
      resourceLimits: { maxOldGenerationSizeMb: heapMebibytes, maxYoungGenerationSizeMb: 16 },
    });
  } catch (cause) {
    throw new Error(`An input cannot be passed to the script: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Polls the memory of a thread. Resolves to true as soon as it is above a limit, and to false at the signal. V8's own limit
 * counts no memory outside of its heap, and reaching it can end the whole process, so it is only the second line.
 */
async function exceeds(worker: Worker, maxBytes: number, signal: AbortSignal): Promise<boolean> {
  // Node.js 22 has it since 22.16.
  while (!signal.aborted && typeof worker.getHeapStatistics === 'function') {
    const { used_heap_size: heap, external_memory: external } = await worker.getHeapStatistics();
    if (heap + external > maxBytes) return true;
    await pause(pollMs, undefined, { signal });
  }
  return false;
}

/** Ends a thread, and resolves to true when it has ended. V8 cannot interrupt every loop: then resolves to false after 2 s. */
async function endOf(worker: Worker, streams: readonly LineLog[]): Promise<boolean> {
  const ended = Promise.all([worker.terminate(), ...streams.map((stream) => stream.ended)]).then(() => true);
  const timer = new AbortController();
  const late = pause(endMs, false, { signal: timer.signal }).catch(() => false);
  const hasEnded = await Promise.race([ended, late]);
  timer.abort();
  if (!hasEnded) worker.unref();
  return hasEnded;
}
