import { fileURLToPath } from 'node:url';
import { killBound, startBound } from '../../packages/girder-worker-dev/src/local/process/boundProcess.ts';
import { type PrintingProcess, readPrinting } from './printingProcess.ts';

const cli = fileURLToPath(new URL('../../packages/girder-worker/src/cli/main.ts', import.meta.url));

/** A running `girder-worker`. It ends at the latest with this process. */
export interface WorkerProcess extends PrintingProcess, AsyncDisposable {}

export function startWorkerProcess(env: NodeJS.ProcessEnv, ...args: string[]): WorkerProcess {
  const child = startBound(cli, { args, env, stdio: ['ignore', 'pipe', 'pipe'], isForeign: true });
  return { ...readPrinting(child), [Symbol.asyncDispose]: () => killBound(child) };
}
