import type { Attributes, BaggageEntry, Context, Span, SpanContext, SpanStatus, TimeInput } from '@opentelemetry/api';
import type { TraceApi } from './traceApi.ts';

/** What a thread asks the main thread for: the context of its run. */
export const contextRequest = 'traceContext';
/** What a thread sends to the main thread: a change of the span of its run. */
export const changeRequest = 'traceChange';

/** A context as plain data: a thread has an API, and maybe propagators, of its own. */
export interface PlainContext {
  readonly span: Omit<SpanContext, 'traceState'>;
  readonly traceState: string | undefined;
  readonly isRecording: boolean;
  readonly baggage: readonly (readonly [name: string, value: string])[];
}

/** A call of a method of a span, as plain data. */
export type SpanChange =
  | { readonly kind: 'attributes'; readonly attributes: Attributes }
  | { readonly kind: 'event'; readonly name: string; readonly attributes: Attributes; readonly time: TimeInput }
  | { readonly kind: 'status'; readonly status: SpanStatus }
  | { readonly kind: 'name'; readonly name: string };

export function toPlainContext({ trace, propagation }: TraceApi, context: Context): PlainContext | undefined {
  const span = trace.getSpan(context);
  if (!span) return undefined;
  const { traceState, traceId, spanId, traceFlags } = span.spanContext();
  const baggage = propagation.getBaggage(context)?.getAllEntries() ?? [];
  return {
    span: { traceId, spanId, traceFlags },
    traceState: traceState?.serialize(),
    isRecording: span.isRecording(),
    baggage: baggage.map(([name, { value }]) => [name, value]),
  };
}

/** The context in a thread. Changes of its span are passed to `onChange`. */
export function fromPlainContext(
  api: TraceApi,
  { span, traceState, isRecording, baggage }: PlainContext,
  onChange: (change: SpanChange) => void,
  now: () => number,
): Context {
  const spanContext = {
    ...{ ...span, isRemote: true },
    ...(traceState !== undefined && { traceState: api.createTraceState(traceState) }),
  };
  const runSpan = isRecording ? new ThreadSpan(spanContext, onChange, now) : api.trace.wrapSpanContext(spanContext);
  const context = api.trace.setSpan(api.ROOT_CONTEXT, runSpan);
  if (baggage.length === 0) return context;
  const entries = baggage.map(([name, value]): [string, BaggageEntry] => [name, { value }]);
  return api.propagation.setBaggage(context, api.propagation.createBaggage(Object.fromEntries(entries)));
}

/** Applies a change that a thread has sent. */
export function applyChange(span: Span, change: SpanChange): void {
  switch (change.kind) {
    case 'attributes':
      span.setAttributes(change.attributes);
      return;
    case 'event':
      span.addEvent(change.name, change.attributes, change.time);
      return;
    case 'status':
      span.setStatus(change.status);
      return;
    case 'name':
      span.updateName(change.name);
      return;
  }
}

/**
 * The span of a run in the thread of its task: `trace.getActiveSpan()`. The span itself is in the main thread, which knows the
 * end of a run also if its thread is terminated.
 */
class ThreadSpan implements Span {
  readonly #spanContext: SpanContext;
  readonly #onChange: (change: SpanChange) => void;
  readonly #now: () => number;

  constructor(spanContext: SpanContext, onChange: (change: SpanChange) => void, now: () => number) {
    this.#spanContext = spanContext;
    this.#onChange = onChange;
    this.#now = now;
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }

  isRecording(): boolean {
    return true;
  }

  setAttribute(name: string, value: Attributes[string] & {}): this {
    return this.setAttributes({ [name]: value });
  }

  setAttributes(attributes: Attributes): this {
    this.#onChange({ kind: 'attributes', attributes: { ...attributes } });
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, startTime?: TimeInput): this {
    const isTime =
      typeof attributesOrTime === 'number' || attributesOrTime instanceof Date || Array.isArray(attributesOrTime);
    const attributes = isTime || attributesOrTime === undefined ? {} : { ...(attributesOrTime as Attributes) };
    const time = (isTime ? (attributesOrTime as TimeInput) : startTime) ?? this.#now();
    this.#onChange({ kind: 'event', name, attributes, time });
    return this;
  }

  recordException(exception: unknown, time?: TimeInput): void {
    const { name, message, stack } = exception instanceof Error ? exception : new Error(String(exception));
    const attributes = { 'exception.type': name, 'exception.message': message, 'exception.stacktrace': stack ?? '' };
    this.addEvent('exception', attributes, time);
  }

  setStatus({ code, message }: SpanStatus): this {
    this.#onChange({ kind: 'status', status: { code, ...(message !== undefined && { message }) } });
    return this;
  }

  updateName(name: string): this {
    this.#onChange({ kind: 'name', name });
    return this;
  }

  /** Without effect: links of a run are not known after its start. */
  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  /** Without effect: the main thread ends the span when the outcome is stored. */
  end(): void {}
}
