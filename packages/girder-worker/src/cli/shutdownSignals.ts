import { whenNpmIsGone } from '../local/process/npmWatch.ts';
import { exitCodeOf } from '../local/process/stopRequest.ts';

/**
 * npm passes on to its child the signal of a Ctrl-C that the terminal has sent to both: what follows a signal so soon is
 * its echo.
 */
const echoMs = 500;

/** How a worker is asked to end, by the signals that Celery's worker knows. */
export interface ShutdownSignals {
  /** Aborted by the first SIGTERM, SIGINT or SIGHUP, which is also what the end of npm counts as. */
  readonly warm: AbortSignal;
  /** Aborted by the second, or by SIGQUIT; a third ends the process at once. */
  readonly cold: AbortSignal;
  /** Begins a warm shutdown from within. */
  goWarm(): void;
  /** Makes it a cold shutdown from within. */
  goCold(): void;
}

/** Listens for signals. `say` is told, in Celery's words, what each begins. */
export function listenForShutdown(say: (line: string) => void): ShutdownSignals {
  const warm = new AbortController();
  const cold = new AbortController();
  let lastAtMs = Number.NEGATIVE_INFINITY;

  const goWarm = () => {
    if (warm.signal.aborted) return;
    say('worker: Warm shutdown (MainProcess)');
    warm.abort();
  };
  const goCold = () => {
    if (cold.signal.aborted) return;
    say('worker: Cold shutdown (MainProcess)');
    warm.abort();
    cold.abort();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const isEcho = performance.now() - lastAtMs < echoMs;
    lastAtMs = performance.now();
    if (isEcho) return;
    if (cold.signal.aborted) process.exit(exitCodeOf(signal));
    if (warm.signal.aborted || signal === 'SIGQUIT') return goCold();
    if (signal === 'SIGINT')
      say('worker: Hitting Ctrl+C again will initiate cold shutdown, terminating all running tasks!');
    goWarm();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, onSignal);
  whenNpmIsGone(() => onSignal('SIGHUP'));
  return { warm: warm.signal, cold: cold.signal, goWarm, goCold };
}
