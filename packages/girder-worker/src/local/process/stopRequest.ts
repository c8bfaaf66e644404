import { constants } from 'node:os';
import { whenNpmIsGone } from './npmWatch.ts';

/**
 * npm passes on to its child the signal of a Ctrl-C that the terminal has sent to both: what follows the first signal
 * so soon is its echo.
 */
const echoMs = 500;

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP, which is also what the end of npm counts as. From then on, a second
 * one ends this process at once.
 */
export function stopRequest(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      firstAtMs ??= performance.now();
      resolve(signal);
      if (performance.now() - firstAtMs > echoMs) process.exit(exitCodeOf(signal));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    whenNpmIsGone(() => onSignal('SIGHUP'));
  });
}

/** What a shell reports of a process that a signal has ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
