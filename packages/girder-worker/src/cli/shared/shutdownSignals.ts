import { nodeSystem } from '../../system/nodeSystem.ts';
import { whenNpmIsGone } from '../process/npmWatch.ts';
import { echoMs, exitCodeOf } from '../process/stopRequest.ts';

/** Celery's two shutdowns of a worker, and the signals that start them. */
export interface ShutdownSignals {
  /** Aborted by the first SIGTERM, SIGINT or SIGHUP. The end of npm counts as SIGHUP. */
  readonly warm: AbortSignal;
  /** Aborted by the second of these signals, or by SIGQUIT. A third one ends the process immediately. */
  readonly cold: AbortSignal;
  /** Starts a warm shutdown. */
  goWarm(): void;
  /** Starts a cold shutdown. */
  goCold(): void;
}

/** Listens for signals. Calls `printLine` with Celery's message for each shutdown that starts. */
export function listenForShutdown(printLine: (line: string) => void): ShutdownSignals {
  const warm = new AbortController();
  const cold = new AbortController();
  let lastAtMs = Number.NEGATIVE_INFINITY;

  const goWarm = () => {
    if (warm.signal.aborted) return;
    printLine('worker: Warm shutdown (MainProcess)');
    warm.abort();
  };
  const goCold = () => {
    if (cold.signal.aborted) return;
    printLine('worker: Cold shutdown (MainProcess)');
    warm.abort();
    cold.abort();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const isEcho = nodeSystem.now() - lastAtMs < echoMs;
    lastAtMs = nodeSystem.now();
    if (isEcho) return;
    if (cold.signal.aborted) process.exit(exitCodeOf(signal));
    if (warm.signal.aborted || signal === 'SIGQUIT') return goCold();
    if (signal === 'SIGINT')
      printLine('worker: Hitting Ctrl+C again will initiate cold shutdown, terminating all running tasks!');
    goWarm();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, onSignal);
  whenNpmIsGone(() => onSignal('SIGHUP'));
  return { warm: warm.signal, cold: cold.signal, goWarm, goCold };
}
