import { InvalidArgumentError } from 'commander';
import type { Log } from '../../events/log.ts';

/** Celery's log levels in ascending order; FATAL is another name for CRITICAL. */
const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', 'FATAL'] as const;
export type LogLevelName = (typeof levels)[number];

/** Reads a log level, in upper or lower case. Throws Commander's InvalidArgumentError. */
export function logLevel(text: string): LogLevelName {
  const level = levels.find((name) => name === text.toUpperCase());
  if (level) return level;
  throw new InvalidArgumentError(`Must be one of ${levels.join(', ')}.`);
}

/** Whether a log of the level `level` shows a line of the level `line`. */
export function shows(level: LogLevelName, line: LogLevelName): boolean {
  return levels.indexOf(line) >= levels.indexOf(level);
}

/** Returns a log that passes the lines from `level` on to `log`, and drops the others. */
export function fromLevel(level: LogLevelName, log: Log): Log {
  const silent = () => undefined;
  return {
    debug: shows(level, 'DEBUG') ? log.debug : silent,
    info: shows(level, 'INFO') ? log.info : silent,
    warn: shows(level, 'WARNING') ? log.warn : silent,
    error: shows(level, 'ERROR') ? log.error : silent,
  };
}
