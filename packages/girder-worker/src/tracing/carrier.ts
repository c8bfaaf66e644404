import type { Context } from '@opentelemetry/api';
import { orElse } from './orElse.ts';
import type { TraceApi } from './traceApi.ts';

type Headers = Readonly<Record<string, unknown>>;

/**
 * The context that the headers of a message carry, for the propagators that the program has registered: by default of
 * `traceparent`, `tracestate` and `baggage`, which are headers of the message itself, as in Python.
 */
export function contextIn(api: TraceApi, headers: Headers): Context {
  const { propagation, ROOT_CONTEXT } = api;
  const extract = () => propagation.extract(ROOT_CONTEXT, headers, { keys: Object.keys, get: readHeader });
  return orElse(api, ROOT_CONTEXT, extract);
}

/** The headers that carry a context. */
export function headersOf({ propagation }: TraceApi, context: Context): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  propagation.inject(context, headers);
  return headers;
}

/** As Python's getter: propagators expect text, and a sender may have written anything. */
function readHeader(headers: Headers, name: string): string | string[] | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.map(String) : String(value);
}
