import { runJavascript } from './javascript.ts';
import type { RunMode } from './mode.ts';
import { runProcess } from './process.ts';

/** The modes that execute code, in one module: it is loaded only where the deployment turns one on. */
export const runners: Readonly<Record<'javascript' | 'process', RunMode>> = {
  javascript: runJavascript,
  process: runProcess,
};
