import { createJsonLog } from '../../events/jsonLog.ts';
import type { Log, LogFields } from '../../events/log.ts';
import { createTextLog } from '../../events/textLog.ts';
import { fromLevel, type LogLevelName } from './logLevel.ts';

export type LogFormat = 'text' | 'json';

/** Reads GIRDER_WORKER_LOG_FORMAT; the default of a worker is `text`. Throws an Error if it has another value. */
export function logFormat({ GIRDER_WORKER_LOG_FORMAT: format = 'text' }: NodeJS.ProcessEnv): LogFormat {
  if (format === 'text' || format === 'json') return format;
  throw new Error(`GIRDER_WORKER_LOG_FORMAT must be "text" or "json", got "${format}".`);
}

/** Returns the log of a worker. In JSON, each line has the node name of the worker. */
export function createWorkerLog(format: LogFormat, level: LogLevelName, worker: string): Log {
  if (format === 'text') return fromLevel(level, createTextLog());
  const json = fromLevel(level, createJsonLog());
  const lineOf = (name: keyof Log) => (text: string, fields?: LogFields) => json[name](text, { worker, ...fields });
  return { debug: lineOf('debug'), info: lineOf('info'), warn: lineOf('warn'), error: lineOf('error') };
}
