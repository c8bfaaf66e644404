import type { TraceApi } from './traceApi.ts';

/** What the SDK's tracer providers have, and the API's have not. */
interface FlushableProvider {
  forceFlush(): Promise<void>;
}

/** The tracer provider that the program has registered; undefined if there is none, or if it cannot be flushed. */
export function registeredProvider({ trace, ProxyTracerProvider }: TraceApi): FlushableProvider | undefined {
  const provider = trace.getTracerProvider();
  const registered = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  return 'forceFlush' in registered ? (registered as object as FlushableProvider) : undefined;
}
