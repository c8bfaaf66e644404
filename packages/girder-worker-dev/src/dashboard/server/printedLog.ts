import type { LogLine } from '../data.ts';
import { logLineOf, maxLines, type TaskLog } from './taskLog.ts';

/** A log in memory, of what the functions of the local stack print. */
export interface PrintedLog extends TaskLog {
  add(line: string): void;
}

/** The most lines that are kept. */
const keptLines = 20_000;

/** Returns a log in memory. `now` returns the time in ms since 1970. */
export function createPrintedLog(now: () => number): PrintedLog {
  let lines: LogLine[] = [];
  return {
    add(text) {
      // A traceback is printed after its line.
      const last = lines.at(-1);
      const isNew = text.startsWith('[') || text.startsWith('{') || last === undefined;
      if (isNew) lines.push(logLineOf(text, now()));
      else lines[lines.length - 1] = { ...last, text: `${last.text}\n${text}` };
      if (lines.length > keptLines * 1.1) lines = lines.slice(-keptLines);
    },
    linesOf: async ({ id }) => lines.filter(({ text }) => text.includes(id)).slice(0, maxLines),
  };
}
