import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import type { Log, LogFields } from './log.ts';

export interface JsonLogOptions {
  /** @default writes to stdout */
  readonly write?: (line: string) => void;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now'>;
}

/**
 * A log with one JSON object per line. `level`, `message`, `timestamp` and `service` are those of Powertools' Logger, so that the
 * same queries work for the functions and for a long-running worker.
 */
export function createJsonLog({ write = writeToStdout, system = nodeSystem }: JsonLogOptions = {}): Log {
  const lineOf =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const timestamp = new Date(system.now()).toISOString();
      write(`${JSON.stringify({ level, message, timestamp, service: 'girder-worker', ...fields })}\n`);
    };
  return { debug: lineOf('DEBUG'), info: lineOf('INFO'), warn: lineOf('WARN'), error: lineOf('ERROR') };
}

function writeToStdout(line: string): void {
  process.stdout.write(line);
}
