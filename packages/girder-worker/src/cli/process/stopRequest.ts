import { constants } from 'node:os';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { whenNpmIsGone } from './npmWatch.ts';

/**
 * Ctrl-C in a terminal signals npm and its child, and npm forwards the signal to the child once more. A signal that follows
 * another one within this time is such an echo.
 */
export const echoMs = 500;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP. The end of npm counts as SIGHUP. A second signal ends this process
 * immediately.
 */
export function stopRequest(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      firstAtMs ??= nodeSystem.now();
      resolve(signal);
      if (nodeSystem.now() - firstAtMs > echoMs) process.exit(exitCodeOf(signal));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    whenNpmIsGone(() => onSignal('SIGHUP'));
  });
}

/** The exit code that a shell reports for a process that a signal has ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
