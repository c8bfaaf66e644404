import type { Log } from './log.ts';

/** Celery's lines, for a terminal: `[2016-11-08 12:22:56,163: INFO/MainProcess] …`. */
export function createTextLog(write: (line: string) => void = (line) => process.stdout.write(line)): Log {
  const log = (level: string) => (text: string) => write(`[${timestamp(new Date())}: ${level}/MainProcess] ${text}\n`);
  return { debug: log('DEBUG'), info: log('INFO'), warn: log('WARNING'), error: log('ERROR') };
}

/** Local time, as Python's logging writes it. */
function timestamp(now: Date): string {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().replace('T', ' ').replace('.', ',').slice(0, -1);
}
