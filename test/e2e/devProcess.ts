import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A running `girder-worker dev`. */
export interface DevProcess {
  readonly child: ChildProcess;
  /** All that it has printed. */
  text(): string;
  /** Resolves when it has printed this; rejects if it ends before. */
  printed(text: string): Promise<void>;
  /** Resolves to its exit code when it has ended, and all else that held its output. */
  readonly ended: Promise<number | null>;
  /** Of SQS and of DynamoDB. */
  endpoints(): string[];
}

/** Starts it as a terminal does: as the leader of a process group. Killing it ends all that it has started. */
export function startDev(...args: string[]): DevProcess {
  const child = spawn(process.execPath, [path.join(root, 'packages/girder-worker/src/cli/main.ts'), 'dev', ...args], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const printing = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      text += `${line}\n`;
      printing.dispatchEvent(new Event('line'));
    });
  }
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  const hasEnded = ended.then(() => 'ended' as const);

  return {
    child,
    ended,
    text: () => text,
    async printed(wanted) {
      while (!text.includes(wanted)) {
        const event = await Promise.race([once(printing, 'line'), hasEnded]);
        if (event === 'ended' && !text.includes(wanted)) throw new Error(`It ended without "${wanted}":\n${text}`);
      }
    },
    endpoints: () => text.match(/http:\/\/127\.0\.0\.1:\d+/g)?.slice(0, 2) ?? [],
  };
}
