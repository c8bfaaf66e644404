import type { LogLine } from '../data.ts';

/** Where the log lines of tasks are kept. */
export interface TaskLog {
  /** Resolves to the lines of a task, oldest first; null if the lines of its workers are not kept here. Never rejects. */
  linesOf(run: LoggedTask): Promise<readonly LogLine[] | null>;
}

/** A task, as its log knows it. */
export interface LoggedTask {
  readonly id: string;
  /** The node names of the workers that ran it. */
  readonly workers: readonly string[];
  /** When its first run began, and its last one ended, in ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The most lines of a task that are shown. */
export const maxLines = 1000;

/** Celery's line: `[2016-11-08 12:22:56,163: INFO/MainProcess] …`. */
const celeryLine = /^\[[^\]]*: ([A-Z]+)\/[^\]]*\] ([\s\S]*)$/;

/** Returns a line of a function's log, which is JSON of Powertools' Logger, or Celery's text. */
export function logLineOf(text: string, atMs: number): LogLine {
  const [, level = 'INFO', rest = text] = celeryLine.exec(text.trimEnd()) ?? [];
  return jsonLineOf(text, atMs) ?? { atMs, level, text: rest };
}

function jsonLineOf(text: string, atMs: number): LogLine | undefined {
  try {
    const { level, message, timestamp, traceback, data } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof level !== 'string' || typeof message !== 'string') return undefined;
    const parts = [message, data === undefined ? '' : JSON.stringify(data), traceback ?? ''];
    return { atMs: Date.parse(String(timestamp)) || atMs, level, text: parts.filter((part) => part !== '').join('\n') };
  } catch {
    return undefined;
  }
}
