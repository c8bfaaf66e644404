/** The API of OpenTelemetry, an optional peer dependency. Only `loadTraceApi` imports it; all others receive it. */
export type TraceApi = typeof import('@opentelemetry/api');

/** Resolves to the API. Rejects with an Error that says what to install if there is none. */
export async function loadTraceApi(): Promise<TraceApi> {
  try {
    return await import('@opentelemetry/api');
  } catch (cause) {
    const remedy = 'install it beside girder-worker, or set GIRDER_WORKER_TRACES to "off"';
    throw new Error(`The package @opentelemetry/api, which GIRDER_WORKER_TRACES needs, cannot be loaded: ${remedy}.`, {
      cause,
    });
  }
}

/** The tracer of the library. It is that of the provider which the program registers, also if it does so later. */
export function tracerOf({ trace }: TraceApi) {
  return trace.getTracer('girder-worker');
}
