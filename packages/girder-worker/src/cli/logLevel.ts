import { InvalidArgumentError } from 'commander';
import type { Log } from '../events/log.ts';

/** Celery's levels, from the one that says most; FATAL is its other name for CRITICAL. */
const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', 'FATAL'] as const;
export type LogLevelName = (typeof levels)[number];

/** Reads a level, in any case. Throws Commander's InvalidArgumentError. */
export function logLevel(text: string): LogLevelName {
  const level = levels.find((name) => name === text.toUpperCase());
  if (level) return level;
  throw new InvalidArgumentError(`Give one of ${levels.join(', ')}.`);
}

/** Whether a log of this level shows lines of that one. */
export function shows(level: LogLevelName, line: LogLevelName): boolean {
  return levels.indexOf(line) >= levels.indexOf(level);
}

/** The log without the lines below a level. */
export function fromLevel(level: LogLevelName, log: Log): Log {
  const silent = () => undefined;
  return {
    debug: shows(level, 'DEBUG') ? log.debug : silent,
    info: shows(level, 'INFO') ? log.info : silent,
    warn: shows(level, 'WARNING') ? log.warn : silent,
    error: shows(level, 'ERROR') ? log.error : silent,
  };
}
