import { format } from 'node:util';
import type { LogLevel } from '../task/task.ts';

const levels = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

/** Lets whoever is told take a line of the console for a task's; what nobody takes is printed as ever. */
export function captureConsole(take: (level: LogLevel, text: string) => boolean): void {
  for (const [method, level] of Object.entries(levels) as [keyof typeof levels, LogLevel][]) {
    const print = console[method].bind(console);
    console[method] = (...args: unknown[]) => {
      if (!take(level, format(...args))) print(...args);
    };
  }
}
