import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process and its output. */
export interface PrintingProcess {
  readonly child: ChildProcess;
  /** Returns all that it has printed to stdout and stderr so far. */
  text(): string;
  /** Resolves when it has printed this text. Rejects if it ends without it. */
  printed(text: string): Promise<void>;
  /** Resolves to its exit code, or to null if a signal ended it, when all processes that share its output have ended. */
  readonly ended: Promise<number | null>;
}

/** Reads the output of a process whose stdout and stderr are pipes. */
export function readPrinting(child: ChildProcess): PrintingProcess {
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
  };
}
