import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killTied, startTied } from '../packages/girder-worker/src/local/tiedProcess.ts';

const cli = fileURLToPath(new URL('../packages/girder-worker/src/cli/main.ts', import.meta.url));

/** A running `girder-worker`, which cannot outlive this process. */
export interface WorkerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** All that it has printed. */
  text(): string;
  /** Resolves when it has printed this; rejects if it ends before. */
  printed(text: string): Promise<void>;
  /** Resolves to its exit code, or to null where a signal has ended it. */
  readonly ended: Promise<number | null>;
}

export function startWorkerProcess(env: NodeJS.ProcessEnv, ...args: string[]): WorkerProcess {
  const child = startTied(cli, { args, env, stdio: ['ignore', 'pipe', 'pipe'], isForeign: true });
  let text = '';
  const printing = new EventTarget();
  for (const stream of [child.stdout!, child.stderr!]) {
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
    [Symbol.asyncDispose]: () => killTied(child),
  };
}
