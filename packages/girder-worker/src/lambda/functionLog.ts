import type { Log } from '../events/log.ts';
import { createTextLog } from '../events/textLog.ts';

/** Returns the log of a function: lines of Celery, or JSON of Powertools' Logger, with the fields of each line beside its own. */
export async function createFunctionLog(format: 'text' | 'json'): Promise<Log> {
  if (format === 'text') return createTextLog();
  const { Logger } = await import('@aws-lambda-powertools/logger');
  const logger = new Logger({ serviceName: 'girder-worker' });
  const lineOf =
    (level: keyof Log): Log['info'] =>
    (text, fields = {}) =>
      logger[level](text, fields);
  return { debug: lineOf('debug'), info: lineOf('info'), warn: lineOf('warn'), error: lineOf('error') };
}
