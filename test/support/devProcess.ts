import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PrintingProcess, readPrinting } from './printingProcess.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A running `girder-worker dev`. */
export interface DevProcess extends PrintingProcess {
  /** The endpoints of SQS and DynamoDB. */
  endpoints(): string[];
}

/** Starts it in this repository. */
export function startDev(...args: string[]): DevProcess {
  return startDevIn(root, path.join(root, 'packages/girder-worker/src/cli/main.ts'), args);
}

/**
 * Starts it in the folder of a deployment with the CLI of an installed library, as a terminal does: as the leader of a
 * process group. When it is killed, its child processes end, too.
 */
export function startDevIn(deployment: string, cli: string, args: readonly string[]): DevProcess {
  const child = spawn(process.execPath, [cli, 'dev', ...args], {
    cwd: deployment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printing = readPrinting(child);
  return {
    ...printing,
    endpoints: () =>
      printing
        .text()
        .match(/http:\/\/127\.0\.0\.1:\d+/g)
        ?.slice(0, 2) ?? [],
  };
}
