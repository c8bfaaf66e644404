import { format } from 'node:util';
import type { LogLevel } from '../task/task.ts';

const levels = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

/** Passes each line that is written to the console to `capture`; a line for which it returns false is printed as before. */
export function captureConsole(capture: (level: LogLevel, text: string) => boolean): void {
  for (const [method, level] of Object.entries(levels) as [keyof typeof levels, LogLevel][]) {
    const print = console[method].bind(console);
    console[method] = (...args: unknown[]) => {
      if (!capture(level, format(...args))) print(...args);
    };
  }
}
