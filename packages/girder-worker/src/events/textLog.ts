import { nodeSystem } from '../system/nodeSystem.ts';
import type { Log, LogFields } from './log.ts';
import { withData } from './logText.ts';
import { logText } from './terminalText.ts';

/** A log in the format of a Celery worker on a terminal: `[2016-11-08 12:22:56,163: INFO/MainProcess] …`. */
export function createTextLog(write: (line: string) => void = (line) => process.stdout.write(line)): Log {
  const lineOf =
    (level: string) =>
    (text: string, { data, traceback }: LogFields = {}) =>
      write(
        `[${timestamp()}: ${level}/MainProcess] ${logText(`${withData(text, data)}${traceback ? `\n${traceback}` : ''}`)}\n`,
      );
  return { debug: lineOf('DEBUG'), info: lineOf('INFO'), warn: lineOf('WARNING'), error: lineOf('ERROR') };
}

/** The local time as Python's logging writes it. */
function timestamp(): string {
  const now = new Date(nodeSystem.now());
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().replace('T', ' ').replace('.', ',').slice(0, -1);
}
