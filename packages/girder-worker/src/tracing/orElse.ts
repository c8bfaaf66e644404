import type { TraceApi } from './traceApi.ts';

/**
 * Returns what `act` returns, or `fallback` if it throws: a sampler, a propagator or a span processor of the program cannot fail a task. The
 * error goes to the diagnostics of OpenTelemetry.
 */
export function orElse<T>({ diag }: TraceApi, fallback: T, act: () => T): T {
  try {
    return act();
  } catch (error) {
    diag.error(`girder-worker could not trace: ${error instanceof Error ? error.stack : error}`);
    return fallback;
  }
}
