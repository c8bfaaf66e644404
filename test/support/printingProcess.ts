import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process, and what it has printed so far. */
export interface PrintingProcess {
  readonly child: ChildProcess;
  /** All that it has printed. */
  text(): string;
  /** Resolves when it has printed this; rejects if it ends before. */
  printed(text: string): Promise<void>;
  /** Resolves to its exit code, or to null where a signal has ended it, when all else that held its output has ended, too. */
  readonly ended: Promise<number | null>;
}

/** Reads what a process prints, whose output and errors are pipes. */
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
